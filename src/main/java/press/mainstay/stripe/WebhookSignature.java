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
/// clock's skew in one direction only, takes a decoded text and throws half a dozen exceptions on malformed headers.
///
/// @see <a href="https://docs.stripe.com/webhooks#verify-manually">Verify webhook signatures manually</a>
final class WebhookSignature {

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final int LONGEST_HEADER = 2_000;
    private static final String ALGORITHM = "HmacSHA256";

    private WebhookSignature() {}

    /// @param header `t=…,v1=…[,v1=…]`: one signature for each secret in force at Stripe
    /// @param secrets every secret in force here
    /// @param now the machine's time
    static boolean matches(byte[] body, @Nullable String header, List<String> secrets, Instant now) {
        if (header == null || header.length() > LONGEST_HEADER) {
            return false;
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
        if (timestamp == null || !fresh(timestamp, now)) {
            return false;
        }
        for (var secret : secrets) {
            var expected = sign(secret, timestamp, body);
            for (var signature : signatures) {
                if (MessageDigest.isEqual(expected, signature)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean fresh(String timestamp, Instant now) {
        try {
            var skew = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
            return skew.abs().compareTo(TOLERANCE) <= 0;
        } catch (NumberFormatException | DateTimeException | ArithmeticException _) {
            return false;
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
