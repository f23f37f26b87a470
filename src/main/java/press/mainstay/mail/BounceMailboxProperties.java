package press.mainstay.mail;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import press.mainstay.shared.EmailAddress;

/// The mailbox that takes what comes back. Nothing else should arrive there: what is understood is deleted.
///
/// @param host without it no mailbox is read
/// @param port 0: the protocol's own
/// @param unsubscribeAddress an address of that mailbox which takes `local+anything@domain`: lists can be left by
///     writing to it. Absent: by link only
@ConfigurationProperties("mainstay.mail.bounce-mailbox")
record BounceMailboxProperties(
        @DefaultValue("imaps") Protocol protocol,
        @DefaultValue("") String host,
        @DefaultValue("0") int port,
        @DefaultValue("") String username,
        @DefaultValue("") String password,
        @DefaultValue("INBOX") String folder,
        @Nullable EmailAddress unsubscribeAddress) {

    enum Protocol {
        IMAP,
        IMAPS,
        POP3,
        POP3S;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    BounceMailboxProperties {
        if (!host.isBlank() && username.isBlank()) {
            throw new IllegalArgumentException("Set mainstay.mail.bounce-mailbox.username beside the host");
        }
        if (unsubscribeAddress != null && unsubscribeAddress.value().lastIndexOf('@') > TaggedAddress.LONGEST_LOCAL) {
            throw new IllegalArgumentException(
                    "The part of mainstay.mail.bounce-mailbox.unsubscribe-address before the @ is too long: choose one of at most %d characters"
                            .formatted(TaggedAddress.LONGEST_LOCAL));
        }
    }

    boolean isUsed() {
        return !host.isBlank();
    }

    /// Without the password.
    @Override
    public String toString() {
        return protocol.word() + " mailbox";
    }
}
