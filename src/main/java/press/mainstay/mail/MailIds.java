package press.mainstay.mail;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;

/// What a mail is known by outside: the same for every try, and made with our keys, so that nobody else can name one.
/// A mail is a `letter` or a `delivery` of a mailing, by its id.
@Component
class MailIds {

    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern TOKEN = Pattern.compile("([0-9a-f]{32})\\.([0-9a-f]{16})");

    private final Sealing sealing;
    private final String sender;
    private final String domain;
    private final @Nullable String bounces;

    MailIds(Sealing sealing, NewsroomProperties newsroom, MailProperties properties) {
        this.sealing = sealing;
        this.sender = newsroom.sender().address().normalised();
        this.domain = sender.substring(sender.lastIndexOf('@') + 1);
        this.bounces = Optional.ofNullable(properties.bounceAddress())
                .map(EmailAddress::normalised)
                .orElse(null);
    }

    /// Receivers can tell a repetition by it; a stranger learns nothing from it.
    String messageId(UUID mail) {
        return "<" + tag(mail, "mail.message-id", 16) + "@" + domain + ">";
    }

    /// Where it comes back to if it cannot be delivered, and where the relay sends its complaints. Without
    /// `mainstay.mail.bounce-address` the sender's own address.
    String envelopeFrom(UUID mail) {
        if (bounces == null) {
            return sender;
        }
        var at = bounces.lastIndexOf('@');
        var id = HEX.toHexDigits(mail.getMostSignificantBits()) + HEX.toHexDigits(mail.getLeastSignificantBits());
        return bounces.substring(0, at) + '+' + id + '.' + tag(mail, "mail.envelope", 8) + bounces.substring(at);
    }

    /// @param envelopeAddress the recipient of what came back, in any case
    /// @return which mail it was; empty if it is no address that we made
    Optional<UUID> mail(String envelopeAddress) {
        var address = envelopeAddress.toLowerCase(Locale.ROOT);
        var plus = address.indexOf('+');
        var at = address.lastIndexOf('@');
        if (bounces == null
                || plus < 0
                || at < plus
                || !bounces.equals(address.substring(0, plus) + address.substring(at))) {
            return Optional.empty();
        }
        var token = TOKEN.matcher(address.substring(plus + 1, at));
        if (!token.matches()) {
            return Optional.empty();
        }
        var id = token.group(1);
        var mail = new UUID(HexFormat.fromHexDigitsToLong(id, 0, 16), HexFormat.fromHexDigitsToLong(id, 16, 32));
        return sameInConstantTime(token.group(2), tag(mail, "mail.envelope", 8)) ? Optional.of(mail) : Optional.empty();
    }

    private String tag(UUID mail, String purpose, int octets) {
        return HEX.formatHex(sealing.hash(mail.toString(), purpose).bytes(), 0, octets);
    }

    private static boolean sameInConstantTime(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
    }
}
