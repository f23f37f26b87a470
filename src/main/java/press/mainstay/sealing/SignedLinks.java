package press.mainstay.sealing;

import com.google.crypto.tink.Mac;
import com.google.crypto.tink.RegistryConfiguration;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Tokens for links and cookies that only we can have made: for one purpose, one subject, until one moment. The
/// subject can be read by whoever holds the token: an id, never a person's data.
@Component
public class SignedLinks {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final Mac mac;
    private final Clock clock;

    SignedLinks(Keysets keysets, Clock clock) throws GeneralSecurityException {
        mac = keysets.links.getPrimitive(RegistryConfiguration.get(), Mac.class);
        this.clock = clock;
    }

    /// @param purpose a constant, such as `donation.browser`: a token for one purpose is of no use for another
    /// @return safe in an address or a cookie
    public String sign(String purpose, String subject, Instant expires) {
        var content = expires.getEpochSecond() + "." + subject;
        try {
            var tag = mac.computeMac(signed(purpose, content));
            return ENCODER.encodeToString(content.getBytes(StandardCharsets.UTF_8)) + '.' + ENCODER.encodeToString(tag);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot sign for " + purpose, e);
        }
    }

    /// @return the subject; empty if the token is not ours, for another purpose, altered or expired
    public Optional<String> read(String purpose, String token) {
        try {
            var dot = token.indexOf('.');
            var content = new String(DECODER.decode(token.substring(0, Math.max(dot, 0))), StandardCharsets.UTF_8);
            mac.verifyMac(DECODER.decode(token.substring(dot + 1)), signed(purpose, content));
            var end = content.indexOf('.');
            var expires = Instant.ofEpochSecond(Long.parseLong(content.substring(0, end)));
            return clock.instant().isBefore(expires) ? Optional.of(content.substring(end + 1)) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static byte[] signed(String purpose, String content) {
        return (purpose + '\0' + content).getBytes(StandardCharsets.UTF_8);
    }
}
