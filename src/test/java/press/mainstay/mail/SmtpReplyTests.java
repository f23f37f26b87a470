package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import press.mainstay.mail.SmtpReply.Step;

class SmtpReplyTests {

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "MAIL, 550 5.1.1 Bad sender, relay fault",
        "MAIL, 451 4.3.0 Later, relay fault",
        "MAIL, '', relay fault",
        "RCPT, 550 5.1.1 No such user, refused: hard",
        "RCPT, 553-5.1.3 Not an address, refused: hard",
        "RCPT, 550 5.1.10 Null MX, refused: hard",
        "RCPT, 552 5.2.2 Mailbox full, refused: soft",
        "RCPT, 550 5.2.1 Closed, refused: hard",
        "RCPT, 552 5.2.3 Too long for this mailbox, refused: policy",
        "RCPT, 550 5.4.4 Host not found, refused: soft",
        "RCPT, 550 Unrouteable, refused: soft",
        "RCPT, 501 Syntax, refused: soft",
        "RCPT, 554 5.7.1 Relay access denied, not sent: ours",
        "RCPT, 553 5.1.8 Sender's domain unknown, not sent: ours",
        "RCPT, 553 5.1.7 Sender's address, not sent: ours",
        "RCPT, 530 5.7.0 Sign in first, not sent: ours",
        "RCPT, 530 Sign in first, not sent: ours",
        "RCPT, 503 Bad sequence, not sent: ours",
        "RCPT, 451 4.7.1 Too many, not sent: ours",
        "RCPT, 452 4.5.3 Too many recipients, not sent: ours",
        "RCPT, 451 4.3.0 Later, not sent: ours",
        "RCPT, 451 Later, not sent: ours",
        "RCPT, 450 4.2.0 Greylisted, not sent",
        "RCPT, 450 4.7.1 Greylisted, not sent",
        "RCPT, 450 Busy, not sent",
        "RCPT, 451 4.4.3 No name server answers, not sent",
        "RCPT, 421 4.2.1 Going down, relay fault",
        "RCPT, '', relay fault",
        "DATA, 554 5.7.1 No, not sent: ours",
        "DATA, 452 4.3.1 No space, not sent: ours",
        "DATA, '', relay fault",
        "TEXT, '', relay fault",
        "DOT, 250 2.0.0 Taken, accepted",
        "DOT, 252 I will try, accepted",
        "DOT, 554 5.7.1 Looks like spam, not sent: ours",
        "DOT, 552 5.3.4 Too big, refused: policy",
        "DOT, 554 5.6.0 Malformed, refused: policy",
        "DOT, 550 5.1.1 No such user, refused: hard",
        "DOT, 451 4.3.0 Later, not sent: ours",
        "DOT, 421 4.3.2 Going down, relay fault",
        "DOT, '', in doubt",
        "DOT, 354 Go ahead, in doubt",
        "DOT, 999 What, in doubt",
    })
    void theReplySaysWhoseFaultItIs(Step step, String text, String expected) {
        var code = text.isEmpty() ? 0 : Integer.parseInt(text.substring(0, 3));

        var outcome = SmtpReply.of(step, code, text).verdict("SocketTimeoutException");

        assertThat(words(outcome)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "RCPT, 550 5.1.1 <a@b.example>: No such user, RCPT/5.1.1:550",
        "RCPT, 550 <a@b.example>: No such user, RCPT:550",
        "DOT, '', DOT:EOFException",
    })
    void theCodeQuotesNobody(Step step, String text, String expected) {
        var code = text.isEmpty() ? 0 : Integer.parseInt(text.substring(0, 3));

        var name = switch (SmtpReply.of(step, code, text).verdict("EOFException")) {
            case Handover.Refused(String it, DeliveryCode _) -> it;
            case Handover.InDoubt(String it) -> it;
            case Handover other -> other.toString();
        };

        assertThat(name).isEqualTo(expected);
    }

    private static String words(Handover outcome) {
        return switch (outcome) {
            case Handover.Accepted() -> "accepted";
            case Handover.Refused(String _, DeliveryCode why) ->
                why == null ? "refused" : "refused: " + why.kind().word();
            case Handover.NotSent(String _, boolean ours) -> ours ? "not sent: ours" : "not sent";
            case Handover.RelayFault(String _) -> "relay fault";
            case Handover.InDoubt(String _) -> "in doubt";
        };
    }
}
