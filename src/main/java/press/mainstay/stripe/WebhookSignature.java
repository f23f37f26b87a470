package press.mainstay.stripe;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Tells whether a webhook comes from Stripe. Ours rather than stripe-java's, which knows one secret, bounds the
/// clock's skew in one direction only, takes a decoded text and throws half a dozen exceptions on malformed
/// headers.
///
/// @see <a href="https://docs.stripe.com/webhooks#verify-manually">Verify webhook signatures manually</a>
final class WebhookSignature {

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final int LONGEST_HEADER = 2_000;
    private static final String ALGORITHM = "HmacSHA256";

    private WebhookSignature() {}

    /// What a signature tells.
    ///
    /// @param secret the place of the secret that signed it, from 0; -1: none did
    /// @param skew how far Stripe's clock is from ours; zero where it did not say
    record Check(Result result, int secret, Duration skew) {

        boolean matches() {
            return result == Result.MATCHES;
        }
    }

    enum Result {
        MATCHES,
        MALFORMED,
        /// Older or younger than five minutes: somebody plays an old one again, or a clock is wrong.
        UNTIMELY,
        /// Not by a secret of ours, or the body was altered on the way.
        MISMATCH
    }

    /// @param header `t=…,v1=…[,v1=…]`: one signature for each secret in force at Stripe
    /// @param secrets every secret in force here
    /// @param now the machine's time
    static Check check(byte[] body, @Nullable String header, List<String> secrets, Instant now) {
        if (header == null || header.length() > LONGEST_HEADER) {
            return new Check(Result.MALFORMED, -1, Duration.ZERO);
        }
        String timestamp = null;
        var signatures = new ArrayList<byte[]>();
        for (var part : header.split(",")) {
            if (part.startsWith("t=")) {
                timestamp = part.substring(2);
            } else if (part.startsWith("v1=")) {
                signatures.add(part.substring(3).getBytes(StandardCharsets.US_ASCII));
            }
        }
        var skew = skew(timestamp, now);
        if (skew == null) {
            return new Check(Result.MALFORMED, -1, Duration.ZERO);
        }
        if (skew.abs().compareTo(TOLERANCE) > 0) {
            return new Check(Result.UNTIMELY, -1, skew);
        }
        for (int i = 0; i < secrets.size(); i++) {
            var expected = sign(secrets.get(i), timestamp, body);
            if (signatures.stream().anyMatch(signature -> MessageDigest.isEqual(expected, signature))) {
                return new Check(Result.MATCHES, i, skew);
            }
        }
        return new Check(Result.MISMATCH, -1, skew);
    }

    private static @Nullable Duration skew(@Nullable String timestamp, Instant now) {
        if (timestamp == null) {
            return null;
        }
        try {
            return Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
        } catch (NumberFormatException | DateTimeException | ArithmeticException _) {
            return null;
        }
    }

    private static byte[] sign(String secret, String timestamp, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((timestamp + '.').getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body)).getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no " + ALGORITHM, e);
        }
    }
}
