package press.mainstay.mail;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.jspecify.annotations.Nullable;
import press.mainstay.mail.SmtpReply.Step;
import press.mainstay.shared.ErrorCode;

/// A worker's own connection to the relay. It opens when there is something to send, carries many mails one after the
/// other, and is given up after whatever leaves its state unclear.
final class SmtpConnection implements AutoCloseable {

    /// Relays like to see others, too.
    private static final int MOST_MAILS = 200;

    private static final Duration OLDEST = Duration.ofMinutes(5);

    /// They hang up on who stays silent for long.
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(20);

    private final Relay relay;
    private @Nullable Conversation conversation;
    private String address = "";
    private int mails;
    private long openedAt;
    private long usedAt;

    SmtpConnection(Relay relay) {
        this.relay = relay;
    }

    /// Throws nothing but errors: whatever goes wrong, the outcome says whether the mail may be out.
    synchronized Handover send(SMTPMessage mail, InternetAddress recipient) {
        if (!relay.admits()) {
            return new Handover.RelayFault("RESTS");
        }
        Handover outcome = new Handover.RelayFault("Error");
        try {
            outcome = onOpenOrNewConnection(mail, recipient);
            return outcome;
        } finally {
            relay.heard(outcome);
        }
    }

    private Handover onOpenOrNewConnection(SMTPMessage mail, InternetAddress recipient) {
        if (usedUp()) {
            close();
        }
        if (conversation != null) {
            var outcome = handOver(conversation, mail, recipient);
            var hungUp = conversation.lastReply().step() == Step.MAIL
                    && (conversation.lastReply().code() == 0
                            || conversation.lastReply().code() == 421);
            closeUnlessInOrder();
            if (!hungUp) {
                return outcome;
            }
            // the relay had closed it meanwhile, or had enough: nothing was sent
        }
        try {
            conversation = relay.connect();
        } catch (MessagingException | RuntimeException e) {
            return new Handover.RelayFault(Step.CONNECT + ":" + failure(e));
        }
        address = relay.address();
        mails = 0;
        openedAt = System.nanoTime();
        var outcome = handOver(conversation, mail, recipient);
        closeUnlessInOrder();
        return outcome;
    }

    private Handover handOver(Conversation conversation, SMTPMessage mail, InternetAddress recipient) {
        mails++;
        try {
            conversation.sendMessage(mail, new Address[] {recipient});
            return new Handover.Accepted();
        } catch (MessagingException e) {
            return conversation.lastReply().verdict(failure(e));
        } catch (RuntimeException e) {
            // ours, while the text was written; or worse
            var step = conversation.lastReply().step();
            return step == Step.DOT
                    ? new Handover.InDoubt(step + ":" + ErrorCode.of(e))
                    : new Handover.NotSent(step + ":" + ErrorCode.of(e), false);
        } finally {
            usedAt = System.nanoTime();
        }
    }

    private boolean usedUp() {
        var now = System.nanoTime();
        return mails >= MOST_MAILS
                || now - openedAt > OLDEST.toNanos()
                || now - usedAt > LONGEST_SILENCE.toNanos()
                || !address.equals(relay.address());
    }

    private void closeUnlessInOrder() {
        if (conversation != null && !conversation.inOrder()) {
            close();
        }
    }

    /// To be called when there is nothing more to send for now.
    @Override
    public synchronized void close() {
        try {
            if (conversation != null) {
                conversation.close();
            }
        } catch (MessagingException _) {
            // what it has accepted, it has
        } finally {
            conversation = null;
        }
    }

    /// Angus nests what happened in its own `next`, which is not the cause.
    private static String failure(Exception exception) {
        Exception innermost = exception;
        while (innermost instanceof MessagingException e && e.getNextException() != null) {
            innermost = e.getNextException();
        }
        return ErrorCode.of(innermost);
    }
}
