package press.mainstay.mail;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The last thing that the relay said about a mail, and what that means: the one place that tells an address's fault
/// from the relay's and from ours.
///
/// 1. Whatever fails before the recipient is named (connection, sign-in, sender) fails for everybody.
/// 2. Without an answer, the mail was not accepted if its final dot had not left us; else it is in doubt.
/// 3. A 421 closes the connection, at whatever step: the relay wants nobody now.
/// 4. Otherwise the enhanced status says whose fault it is: x.1.y and x.2.y the mailbox's, except x.1.7 and x.1.8
///    (our address); x.3.4, x.2.3 and x.6.y the mail's own; x.4.y the way's to that recipient; x.3.y, x.5.y and
///    x.7.y (policy: relaying, spam, limits) ours. A 450 is about the mailbox even with a 4.7.y, which is greylisting.
/// 5. Without one, 451, 452 and 454 and the codes of sign-in and syntax are ours, others refuse this mail and say
///    nothing sure about the address.
///
/// @param code 0 if there was no answer
/// @param status the enhanced status, such as `5.1.1`
/// @see <a href="https://www.rfc-editor.org/rfc/rfc3463">RFC 3463: enhanced status codes</a>
record SmtpReply(Step step, int code, @Nullable String status) {

    /// How far a hand-over has come.
    enum Step {
        CONNECT,
        MAIL,
        RCPT,
        DATA,
        TEXT,
        /// The final dot has left us, or a part of it.
        DOT
    }

    private static final Pattern STATUS =
            Pattern.compile("\\d{3}[ -]([245]\\.\\d{1,3}\\.\\d{1,3})\\b.*", Pattern.DOTALL);
    private static final Pattern MAILBOX = Pattern.compile("[45]\\.(1\\.(?![78]$)\\d+|2\\.(?!3$)\\d+)");
    private static final Pattern MAIL_ITSELF = Pattern.compile("[45]\\.(3\\.4|2\\.3|6\\.\\d+)");
    private static final Pattern WAY = Pattern.compile("[45]\\.4\\.\\d+");

    private static final Set<Integer> OURS = Set.of(451, 452, 454, 500, 502, 503, 504, 530, 534, 535, 538);

    /// @param text as the relay sent it: code, status, and words that may quote the address
    static SmtpReply of(Step step, int code, String text) {
        var status = STATUS.matcher(text);
        return new SmtpReply(step, code, status.matches() ? status.group(1) : null);
    }

    /// @param failure why there is no answer, if there is none
    Handover verdict(String failure) {
        var name = code == 0 ? step + ":" + failure : step + (status == null ? "" : "/" + status) + ":" + code;
        if (step == Step.DOT && code / 100 == 2) {
            return new Handover.Accepted(); // any yes, not 250 alone
        }
        if (step == Step.DOT && code / 100 != 4 && code / 100 != 5) {
            return new Handover.InDoubt(name);
        }
        if (step.compareTo(Step.RCPT) < 0 || code == 421 || code / 100 != 4 && code / 100 != 5) {
            return new Handover.RelayFault(name);
        }
        return code / 100 == 4 || ours() ? new Handover.NotSent(name, ours()) : new Handover.Refused(name, why());
    }

    private boolean ours() {
        if (status == null) {
            return OURS.contains(code);
        }
        return code != 450
                && !MAILBOX.matcher(status).matches()
                && !MAIL_ITSELF.matcher(status).matches()
                && !WAY.matcher(status).matches();
    }

    /// A bare 550 to the recipient's name is about the recipient; to the mail itself it may be about anything.
    private @Nullable DeliveryCode why() {
        var said = status != null ? status : step == Step.RCPT ? Integer.toString(code) : "";
        return DeliveryCode.in(said).orElse(null);
    }
}
