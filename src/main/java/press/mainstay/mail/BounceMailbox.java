package press.mainstay.mail;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.FolderClosedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.StoreClosedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Properties;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import press.mainstay.mail.BounceService.Source;
import press.mainstay.mail.BounceService.Taken;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.shared.ErrorCode;

/// Reads the bounce mailbox. What is understood is booked and then deleted; after a crash in between it is read again,
/// and known. What is not understood stays for two weeks, for people to look at.
@Component
class BounceMailbox {

    private static final Logger log = LoggerFactory.getLogger(BounceMailbox.class);

    private static final Duration KEPT = Duration.ofDays(14);

    /// The newest; those before wait until these are gone.
    private static final int LOOKED_AT = 1_000;

    private static final int HANDLED = 200;

    /// Then it is not the mail, but the database.
    private static final int FAILURES = 5;

    private final BounceMailboxProperties properties;
    private final BounceService bounces;
    private final SuppressionService suppressions;
    private final UnsubscribeAddresses unsubscribes;
    private final MeterRegistry meters;
    private final Clock clock;

    BounceMailbox(
            BounceMailboxProperties properties,
            BounceService bounces,
            SuppressionService suppressions,
            UnsubscribeAddresses unsubscribes,
            MeterRegistry meters,
            Clock clock) {
        this.properties = properties;
        this.bounces = bounces;
        this.suppressions = suppressions;
        this.unsubscribes = unsubscribes;
        this.meters = meters;
        this.clock = clock;
    }

    /// What became of a mail in it.
    private enum Outcome {
        BOOKED,
        KNOWN,
        /// It names no mail of ours: forged, or older than what we know.
        NOT_OURS,
        UNSUBSCRIBED,
        HARMLESS,
        NOT_UNDERSTOOD,
        /// It could not be booked, and is read again.
        FAILED
    }

    /// Reads what has come. Call it without a transaction: the mailbox may take its time.
    void read() {
        try (var store = session().getStore(properties.protocol().word())) {
            store.connect(
                    properties.host(),
                    properties.port() == 0 ? -1 : properties.port(),
                    properties.username(),
                    properties.password());
            var folder = store.getFolder(properties.folder());
            folder.open(Folder.READ_WRITE);
            try {
                read(folder);
            } finally {
                if (folder.isOpen()) {
                    folder.close(true);
                }
            }
        } catch (MessagingException e) {
            // its message may quote the server, which may quote anybody
            log.warn("The bounce mailbox cannot be read: {}", ErrorCode.of(e));
            meters.counter("mainstay.mail.mailbox.failures").increment();
        }
    }

    private void read(Folder folder) throws MessagingException {
        var count = folder.getMessageCount();
        if (count == 0) {
            return;
        }
        var messages = folder.getMessages(Math.max(1, count - LOOKED_AT + 1), count);
        folder.fetch(messages, sizes());
        var small = new ArrayList<Message>();
        for (var message : messages) {
            if (message.getSize() <= ReportReader.LARGEST) {
                small.add(message);
            } else {
                leave(message);
            }
        }
        folder.fetch(small.toArray(Message[]::new), headers());
        var handled = 0;
        var failed = 0;
        for (var message : small.reversed()) {
            var outcome = handle(message);
            switch (outcome) {
                case BOOKED, KNOWN, NOT_OURS, UNSUBSCRIBED, HARMLESS -> {
                    message.setFlag(Flags.Flag.DELETED, true);
                    count(outcome);
                    handled++;
                }
                case NOT_UNDERSTOOD -> leave(message);
                case FAILED -> failed++;
            }
            if (handled == HANDLED || failed == FAILURES) {
                return;
            }
        }
    }

    private Outcome handle(Message message) throws MessagingException {
        Returned returned;
        try {
            returned = ReportReader.read(message);
        } catch (FolderClosedException | StoreClosedException e) {
            throw e;
        } catch (MessagingException | IOException | RuntimeException e) {
            log.warn("A mail in the bounce mailbox cannot be read: {}", ErrorCode.of(e));
            return Outcome.NOT_UNDERSTOOD;
        }
        try {
            return handle(returned);
        } catch (RuntimeException e) {
            log.warn("A mail in the bounce mailbox cannot be booked: {}", ErrorCode.of(e));
            meters.counter("mainstay.mail.mailbox.failures").increment();
            return Outcome.FAILED;
        }
    }

    private Outcome handle(Returned returned) {
        return switch (returned) {
            case Returned.Failed(var notice) ->
                switch (bounces.take(notice, Source.MAILBOX)) {
                    case Taken.NEW -> Outcome.BOOKED;
                    case Taken.KNOWN -> Outcome.KNOWN;
                    case Taken.NOT_OURS -> Outcome.NOT_OURS;
                };
            case Returned.Harmless() -> Outcome.HARMLESS;
            case Returned.Plain plain -> handle(plain);
            case Returned.Unreadable() -> Outcome.NOT_UNDERSTOOD;
        };
    }

    private Outcome handle(Returned.Plain plain) {
        var holder = plain.to().stream()
                .flatMap(address -> unsubscribes.read(address).stream())
                .findFirst();
        if (holder.isPresent() && holder.get().list() != null) {
            suppressions.leave(holder.get().supporter(), holder.get().list(), Reason.UNSUBSCRIBED);
            return Outcome.UNSUBSCRIBED;
        }
        return plain.automatic() ? Outcome.HARMLESS : Outcome.NOT_UNDERSTOOD;
    }

    private void leave(Message message) throws MessagingException {
        var received = message.getReceivedDate(); // POP3 does not say
        if (received == null && message.getSize() <= ReportReader.LARGEST) {
            received = message.getSentDate();
        }
        if (received != null && received.toInstant().isBefore(clock.instant().minus(KEPT))) {
            message.setFlag(Flags.Flag.DELETED, true);
            count(Outcome.NOT_UNDERSTOOD);
        }
    }

    private void count(Outcome outcome) {
        meters.counter("mainstay.mail.mailbox", "outcome", outcome.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    private static FetchProfile sizes() {
        var profile = new FetchProfile();
        profile.add(FetchProfile.Item.SIZE);
        profile.add(IMAPFolder.FetchProfileItem.INTERNALDATE);
        return profile;
    }

    private static FetchProfile headers() {
        var profile = new FetchProfile();
        ReportReader.ENVELOPE_HEADERS.forEach(profile::add);
        profile.add("Content-Type");
        profile.add("Auto-Submitted");
        return profile;
    }

    private Session session() {
        var protocol = "mail." + properties.protocol().word() + ".";
        var settings = new Properties();
        settings.put(protocol + "connectiontimeout", "10000");
        settings.put(protocol + "timeout", "60000");
        settings.put(protocol + "writetimeout", "60000");
        settings.put(protocol + "peek", "true"); // a look changes nothing
        settings.put(protocol + "starttls.enable", "true");
        settings.put(protocol + "ssl.checkserveridentity", "true");
        return Session.getInstance(settings);
    }
}
