package press.mainstay.mail;

import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import press.mainstay.mail.UnsubscribeLinks.Holder;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;

/// Addresses that a mail program writes to when its reader leaves a list, for programs that do not know RFC 8058.
/// The token of a link would not fit into one.
@Component
class UnsubscribeAddresses {

    private final Sealing sealing;
    private final Optional<TaggedAddress> address;

    UnsubscribeAddresses(Sealing sealing, BounceMailboxProperties properties) {
        this.sealing = sealing;
        this.address = Optional.ofNullable(properties.unsubscribeAddress())
                .filter(_ -> properties.isUsed())
                .map(TaggedAddress::of);
    }

    /// Whether there is a mailbox for them that is read.
    boolean areRead() {
        return address.isPresent();
    }

    /// @return empty if there is no mailbox that is read
    Optional<String> to(UUID supporter, MailList list) {
        return address.map(it -> it.with(supporter, hash(supporter, list)));
    }

    /// @return empty if it is no address that we made
    Optional<Holder> read(EmailAddress recipient) {
        return address.flatMap(it -> it.read(recipient.value()))
                .flatMap(token -> Arrays.stream(MailList.values())
                        .filter(list -> token.isMadeWith(hash(token.id(), list)))
                        .findFirst()
                        .map(list -> new Holder(token.id(), list)));
    }

    private KeyedHash hash(UUID supporter, MailList list) {
        return sealing.hash(supporter + "." + list.word(), "mail.unsubscribe");
    }
}
