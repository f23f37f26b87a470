package press.mainstay.mail;

import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Date;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.jspecify.annotations.Nullable;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import press.mainstay.mail.Letter.Content;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.ErrorCode;

/// Hands one letter to the mail server, and tells exactly what became of it. Spring's `send` would call a failed
/// QUIT a failure, and the letter would go twice.
@Component
class LetterSender {

    private final JavaMailSenderImpl relay;
    private final ITemplateEngine templates;
    private final NewsroomProperties newsroom;
    private final Sealing sealing;
    private final Clock clock;

    LetterSender(
            JavaMailSenderImpl relay,
            ITemplateEngine templates,
            NewsroomProperties newsroom,
            Sealing sealing,
            Clock clock) {
        this.relay = relay;
        this.templates = templates;
        this.newsroom = newsroom;
        this.sealing = sealing;
        this.clock = clock;
    }

    /// Throws nothing: whatever goes wrong, the outcome says whether the letter may be out.
    ///
    /// @param headers beside those that every letter has
    Handover send(UUID id, Content content, Map<String, String> headers) {
        LetterMessage message;
        Address[] recipient;
        try {
            recipient = new Address[] {new InternetAddress(content.to().normalised())};
            message = message(id, content, headers, recipient[0]);
        } catch (MessagingException | IOException e) {
            return new Handover.Refused(ErrorCode.of(e), null);
        } catch (RuntimeException e) {
            return new Handover.NotSent(ErrorCode.of(e)); // a faulty template: the next release may mend it
        }
        try (var transport = relay.getSession().getTransport(relay.getProtocol())) {
            transport.connect(relay.getHost(), relay.getPort(), relay.getUsername(), relay.getPassword());
            try {
                transport.sendMessage(message, recipient);
                message.answered = new Handover.Accepted();
            } catch (MessagingException | RuntimeException e) {
                message.answered = outcome(message, e);
            }
        } catch (MessagingException | RuntimeException e) {
            // after an answer, this is only the QUIT that failed
            if (message.answered == null) {
                return new Handover.NotSent(ErrorCode.of(e));
            }
        }
        return message.answered;
    }

    /// Until the whole body has left us, it was certainly not accepted. After that only the server's own reply
    /// tells.
    private static Handover outcome(LetterMessage message, Exception exception) {
        var reply = replyCode(exception);
        var code = ErrorCode.of(exception) + ":" + reply;
        if (reply >= 500 && reply < 600 && !refusesUs(exception)) {
            return new Handover.Refused(code, why(exception));
        }
        if (reply >= 400 || !message.bodyWritten) {
            return new Handover.NotSent(code);
        }
        if (reply >= 200 && reply < 300) {
            return new Handover.Accepted(); // Angus takes any yes but 250 for a failure
        }
        return new Handover.InDoubt(code);
    }

    /// Whatever the letter: no sign-in, or not the newsroom's address. Once that is put right, letters pass.
    private static boolean refusesUs(Exception exception) {
        return exception instanceof SMTPSendFailedException failed
                && failed.getCommand().startsWith("MAIL");
    }

    /// A bare 550 to the recipient's name is about the recipient; to the letter itself it may be about anything.
    private static @Nullable DeliveryCode why(Exception exception) {
        DeliveryCode why = null;
        for (var e = exception; e != null; e = e instanceof MessagingException m ? m.getNextException() : null) {
            var said = DeliveryCode.in(e.getMessage() == null ? "" : e.getMessage());
            why = switch (e) {
                case SMTPAddressFailedException _ -> said.orElse(why);
                case SMTPSendFailedException _ ->
                    said.filter(DeliveryCode::isEnhanced).orElse(why);
                default -> why;
            };
        }
        return why;
    }

    private static int replyCode(Exception exception) {
        var reply = -1;
        for (var e = exception; e != null; e = e instanceof MessagingException m ? m.getNextException() : null) {
            reply = switch (e) {
                case SMTPAddressFailedException failed -> failed.getReturnCode();
                case SMTPSendFailedException failed -> failed.getReturnCode();
                default -> reply;
            };
        }
        return reply;
    }

    private LetterMessage message(UUID id, Content content, Map<String, String> headers, Address to)
            throws MessagingException, IOException {
        var message = new LetterMessage(relay.getSession(), messageId(id));
        var helper = new MimeMessageHelper(message, StandardCharsets.UTF_8.name());
        helper.setFrom(newsroom.sender().address().value(), newsroom.sender().name());
        message.setRecipient(Message.RecipientType.TO, to);
        helper.setSubject(withoutControlCharacters(content.subject()));
        helper.setSentDate(Date.from(clock.instant()));
        var context = new Context(content.locale(), Map.copyOf(content.model()));
        // the helper would wrap the two into a part for attachments, which mail programs show with a paper clip
        message.setContent(new MimeMultipart(
                "alternative",
                part(templates.process(content.template() + ".txt", context), "plain"),
                part(templates.process(content.template(), context), "html")));
        message.setHeader("Auto-Submitted", "auto-generated");
        for (var header : headers.entrySet()) {
            message.setHeader(header.getKey(), withoutControlCharacters(header.getValue()));
        }
        message.saveChanges();
        return message;
    }

    private static MimeBodyPart part(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, StandardCharsets.UTF_8.name(), subtype);
        return part;
    }

    /// The same for every try of a letter, so that receivers can tell a repetition; a stranger learns nothing from
    /// it.
    private String messageId(UUID id) {
        var key = HexFormat.of()
                .formatHex(sealing.hash(id.toString(), "mail.message-id").bytes(), 0, 16);
        var address = newsroom.sender().address().value();
        return "<" + key + "@" + address.substring(address.lastIndexOf('@') + 1) + ">";
    }

    private static String withoutControlCharacters(String header) {
        if (header.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A control character in a header");
        }
        return header;
    }

    /// Knows whether its last byte has left us, and keeps the Message-ID that it was given.
    private static final class LetterMessage extends MimeMessage {

        private final String messageId;
        private boolean bodyWritten;
        private @Nullable Handover answered;

        LetterMessage(Session session, String messageId) {
            super(session);
            this.messageId = messageId;
        }

        @Override
        public void writeTo(OutputStream out, String[] ignoreList) throws IOException, MessagingException {
            super.writeTo(out, ignoreList);
            bodyWritten = true;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", messageId);
        }
    }
}
