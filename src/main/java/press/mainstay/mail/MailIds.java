package press.mainstay.mail;

import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealing;

/// What a mail is known by outside: the same for every try, and made with our keys, so that nobody else can name one.
/// A mail is a `letter` or a `delivery` of a mailing, by its id.
@Component
class MailIds {

    private final Sealing sealing;
    private final String sender;
    private final String domain;
    private final Optional<TaggedAddress> bounces;

    MailIds(Sealing sealing, NewsroomProperties newsroom, MailProperties properties) {
        this.sealing = sealing;
        this.sender = newsroom.sender().address().normalised();
        this.domain = sender.substring(sender.lastIndexOf('@') + 1);
        this.bounces = Optional.ofNullable(properties.bounceAddress()).map(TaggedAddress::of);
    }

    /// Receivers can tell a repetition by it; a stranger learns nothing from it.
    String messageId(UUID mail) {
        var hash = sealing.hash(mail.toString(), "mail.message-id");
        return "<" + HexFormat.of().formatHex(hash.bytes(), 0, 16) + "@" + domain + ">";
    }

    /// Where it comes back to if it cannot be delivered, and where the relay sends its complaints. Without
    /// `mainstay.mail.bounce-address` the sender's own address.
    String envelopeFrom(UUID mail) {
        return bounces.map(address -> address.with(mail, envelope(mail))).orElse(sender);
    }

    /// @param envelopeAddress the recipient of what came back, in any case
    /// @return which mail it was; empty if it is no address that we made
    Optional<UUID> mail(String envelopeAddress) {
        return bounces.flatMap(address -> address.read(envelopeAddress))
                .filter(token -> token.isMadeWith(envelope(token.id())))
                .map(TaggedAddress.Token::id);
    }

    private KeyedHash envelope(UUID mail) {
        return sealing.hash(mail.toString(), "mail.envelope");
    }
}
