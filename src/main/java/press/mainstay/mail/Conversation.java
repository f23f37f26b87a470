package press.mainstay.mail;

import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.OutputStream;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import press.mainstay.mail.SmtpReply.Step;

/// Angus's transport, which also remembers how far it came and what the relay said there. Its exceptions do not tell:
/// a timeout has no step, and what follows a failure can hide the failure.
final class Conversation extends SMTPTransport {

    /// Where Angus writes what addresses it deals with: it names its logger by the package of the class at hand.
    private static final Logger ANGUS = Logger.getLogger(Conversation.class.getPackageName());

    static {
        ANGUS.setLevel(Level.OFF);
    }

    private Step step = Step.CONNECT;
    private int code;
    private String text = "";
    private boolean resetting;
    private boolean inOrder = true;

    Conversation(Session session, String protocol) {
        super(session, new URLName(protocol, null, -1, null, null, null), protocol, "smtps".equals(protocol));
    }

    SmtpReply lastReply() {
        return SmtpReply.of(step, code, text);
    }

    /// Whether the next mail may begin: the last one came to its end, or the relay has forgotten it.
    boolean inOrder() {
        return inOrder;
    }

    @Override
    public synchronized void sendMessage(Message message, Address[] addresses) throws MessagingException {
        step = Step.MAIL;
        code = 0;
        inOrder = false;
        super.sendMessage(message, addresses);
    }

    @Override
    protected void rcptTo() throws MessagingException {
        step = Step.RCPT;
        super.rcptTo();
    }

    @Override
    protected OutputStream data() throws MessagingException {
        step = Step.DATA;
        var out = super.data();
        step = Step.TEXT;
        code = 0; // nothing was said of the text yet
        return out;
    }

    @Override
    protected void sendCommand(String command) throws MessagingException {
        if (command.equals("RSET")) {
            resetting = true;
        } else {
            resetting = false;
            code = 0;
            text = "";
            if (command.equals(".")) {
                step = Step.DOT;
            }
        }
        super.sendCommand(command);
    }

    @Override
    protected int readServerResponse() throws MessagingException {
        var reply = super.readServerResponse();
        if (resetting) {
            inOrder = reply == 250;
        } else {
            code = Math.max(reply, 0);
            text = getLastServerResponse();
            inOrder = step == Step.DOT && code == 250;
        }
        return reply;
    }
}
