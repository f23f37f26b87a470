package press.mainstay.mail;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Tells whether a webhook about mail comes from the provider.
final class MailWebhookSignature {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int LONGEST = 2_000;

    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    /// Mailgun tries again for eight hours, and does not say that it signs anew.
    private static final Duration MAILGUN_TOLERANCE = Duration.ofHours(12);

    private MailWebhookSignature() {}

    /// @param signatures `v1,…` with spaces between: one for each key in force there
    /// @param now the machine's time
    /// @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">
    ///     Standard Webhooks</a>
    static boolean matches(
            byte[] body,
            @Nullable String id,
            @Nullable String timestamp,
            @Nullable String signatures,
            List<byte[]> keys,
            Instant now) {
        if (id == null
                || id.length() > LONGEST
                || signatures == null
                || signatures.length() > LONGEST
                || !isTimely(timestamp, TOLERANCE, now)) {
            return false;
        }
        var start = (id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8);
        for (var key : keys) {
            var expected = ascii("v1," + Base64.getEncoder().encodeToString(sign(key, start, body)));
            for (var signature : signatures.split(" ")) {
                if (MessageDigest.isEqual(expected, ascii(signature))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// It does not cover the event: that names a mail in a way that only we can have made.
    ///
    /// @see <a href="https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks">
    ///     Securing Webhooks</a>
    static boolean matchesMailgun(
            @Nullable String timestamp, @Nullable String token, @Nullable String signature, String key, Instant now) {
        if (token == null
                || token.length() > LONGEST
                || signature == null
                || signature.length() > LONGEST
                || !isTimely(timestamp, MAILGUN_TOLERANCE, now)) {
            return false;
        }
        var expected = sign(key.getBytes(StandardCharsets.UTF_8), (timestamp + token).getBytes(StandardCharsets.UTF_8));
        return MessageDigest.isEqual(
                ascii(HexFormat.of().formatHex(expected)), ascii(signature.toLowerCase(Locale.ROOT)));
    }

    private static boolean isTimely(@Nullable String timestamp, Duration tolerance, Instant now) {
        try {
            return timestamp != null
                    && Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now)
                                    .abs()
                                    .compareTo(tolerance)
                            <= 0;
        } catch (NumberFormatException | DateTimeException | ArithmeticException _) {
            return false;
        }
    }

    private static byte[] sign(byte[] key, byte[]... parts) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            for (var part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no " + ALGORITHM, e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
