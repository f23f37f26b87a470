package press.mainstay.mail;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import press.mainstay.mail.Letter.Content;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.ErrorCode;

/// Writes a letter and hands it to the relay, several over one connection.
@Component
class LetterSender {

    /// If the relay is so slow that the text has not begun by then, it does not begin.
    private static final Duration TEXT_BEGINS_WITHIN = Duration.ofMinutes(5);

    private final Relay relay;
    private final SmtpConnection connection;
    private final ITemplateEngine templates;
    private final NewsroomProperties newsroom;
    private final MailIds ids;
    private final Clock clock;

    LetterSender(Relay relay, ITemplateEngine templates, NewsroomProperties newsroom, MailIds ids, Clock clock) {
        this.relay = relay;
        this.connection = new SmtpConnection(relay);
        this.templates = templates;
        this.newsroom = newsroom;
        this.ids = ids;
        this.clock = clock;
    }

    /// Whether the relay is to be left alone for now.
    boolean rests() {
        return relay.rests();
    }

    /// Who takes longer than that to send a letter is dead, however slow the relay.
    Duration longest() {
        return TEXT_BEGINS_WITHIN.plus(relay.longestAnswer()).plusMinutes(1);
    }

    /// To be called when nothing is to be sent for now.
    void pause() {
        connection.close();
    }

    /// Throws nothing: whatever goes wrong, the outcome says whether the letter may be out.
    ///
    /// @param headers beside those that every letter has
    Handover send(UUID id, Content content, Map<String, String> headers) {
        LetterMessage message;
        InternetAddress recipient;
        try {
            recipient = new InternetAddress(content.to().normalised());
            message = message(id, content, headers, recipient);
        } catch (MessagingException | IOException e) {
            return new Handover.Refused(ErrorCode.of(e), null);
        } catch (RuntimeException e) {
            return new Handover.NotSent(ErrorCode.of(e), false); // a faulty template: the next release may mend it
        }
        return connection.send(message, recipient);
    }

    private LetterMessage message(UUID id, Content content, Map<String, String> headers, InternetAddress to)
            throws MessagingException, IOException {
        var message = new LetterMessage(relay.session(), ids.messageId(id));
        message.setEnvelopeFrom(ids.envelopeFrom(id));
        var helper = new MimeMessageHelper(message, StandardCharsets.UTF_8.name());
        helper.setFrom(
                newsroom.sender().address().value(),
                HeaderValue.checked(newsroom.sender().name()));
        message.setRecipient(Message.RecipientType.TO, to);
        helper.setSubject(HeaderValue.checked(content.subject()));
        helper.setSentDate(Date.from(clock.instant()));
        var context = new Context(content.locale(), Map.copyOf(content.model()));
        // the helper would wrap the two into a part for attachments, which mail programs show with a paper clip
        message.setContent(new MimeMultipart(
                "alternative",
                part(templates.process(content.template() + ".txt", context), "plain"),
                part(templates.process(content.template(), context), "html")));
        message.setHeader("Auto-Submitted", "auto-generated");
        for (var header : headers.entrySet()) {
            message.setHeader(header.getKey(), HeaderValue.checked(header.getValue()));
        }
        message.saveChanges();
        return message;
    }

    private static MimeBodyPart part(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, StandardCharsets.UTF_8.name(), subtype);
        return part;
    }

    /// Keeps the Message-ID that it was given, and does not begin too late.
    private static final class LetterMessage extends SMTPMessage {

        private final String messageId;
        private final long begun = System.nanoTime();

        LetterMessage(Session session, String messageId) {
            super(session);
            this.messageId = messageId;
        }

        @Override
        public void writeTo(OutputStream out, String[] ignoreList) throws IOException, MessagingException {
            if (System.nanoTime() - begun > TEXT_BEGINS_WITHIN.toNanos()) {
                throw new IOException("Too late");
            }
            super.writeTo(out, ignoreList);
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", messageId);
        }
    }
}
