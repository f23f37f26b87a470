package press.mainstay.mail;

import jakarta.activation.DataSource;
import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MailDateFormat;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.ParseException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;

/// Reads delivery status notifications and complaints. All of it is written by strangers: sizes and numbers are
/// bounded, and nothing is believed here.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc3464">RFC 3464: Delivery Status Notifications</a>
/// @see <a href="https://www.rfc-editor.org/rfc/rfc5965">RFC 5965: Feedback Reports</a>
final class ReportReader {

    /// A letter of ours has less than a tenth of it.
    static final int LARGEST = 1 << 20;

    /// Where it was sent, as the servers on its way and its writer noted it.
    static final List<String> ENVELOPE_HEADERS =
            List.of("X-Original-To", "Delivered-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "To");

    /// A report has three.
    private static final int PARTS = 10;

    private static final int LARGEST_PART = 1 << 15;

    /// Angus takes seconds for the comments of 64 KiB.
    private static final int LONGEST_HEADER = 2_000;

    private static final int GROUPS = 20;
    private static final int ADDRESSES = 20;

    private static final Set<String> COMPLAINTS = Set.of("abuse", "fraud", "opt-out", "opt-out-list");

    private static final Session SESSION = Session.getInstance(new Properties());

    private ReportReader() {}

    /// @param message of whose body nothing is fetched unless it calls itself a report
    /// @throws MessagingException if the mailbox does not hand it out
    static Returned read(Message message) throws MessagingException, IOException {
        var automatic = firstHeader(message, "Auto-Submitted")
                .filter(value -> !value.strip().toLowerCase(Locale.ROOT).startsWith("no"))
                .isPresent();
        var to = new ArrayList<EmailAddress>();
        for (var name : ENVELOPE_HEADERS) {
            to.addAll(addresses(message.getHeader(name)));
        }
        if (!isReport(message)) {
            return new Returned.Plain(to, automatic);
        }
        var bytes = bytes(message);
        try {
            return report(new MimeMessage(SESSION, new ByteArrayInputStream(bytes)), to);
        } catch (MessagingException | IOException | RuntimeException _) { // Angus throws of all three kinds
            return new Returned.Unreadable();
        }
    }

    private static boolean isReport(Message message) throws MessagingException {
        var type = firstHeader(message, "Content-Type");
        try {
            return type.isPresent()
                    && type.get().length() <= LONGEST_HEADER
                    && new ContentType(type.get()).match("multipart/report");
        } catch (ParseException _) {
            return false;
        }
    }

    private static Returned report(MimeMessage message, List<EmailAddress> to) throws MessagingException, IOException {
        var parts = new FewParts(message.getDataHandler().getDataSource());
        DeliveryStatus status = null;
        InternetHeaders feedback = null;
        var original = new InternetHeaders();
        for (var i = 0; i < parts.getCount(); i++) {
            var part = parts.getBodyPart(i);
            if (isOneOf(part, "message/delivery-status", "message/global-delivery-status")) {
                status = new DeliveryStatus(start(part));
            } else if (isOneOf(part, "message/feedback-report")) {
                feedback = new InternetHeaders(start(part));
            } else if (isOneOf(
                    part, "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")) {
                original = new InternetHeaders(start(part));
            }
        }
        if (feedback != null) {
            return complaint(feedback, original, to);
        }
        return status == null ? new Returned.Unreadable() : failure(status, original, to);
    }

    private static Returned complaint(InternetHeaders feedback, InternetHeaders original, List<EmailAddress> to) {
        var type = field(feedback, "Feedback-Type").strip().toLowerCase(Locale.ROOT);
        if (!COMPLAINTS.contains(type)) {
            return new Returned.Harmless();
        }
        var recipients = new ArrayList<>(addresses(feedback.getHeader("Original-Rcpt-To")));
        recipients.addAll(addresses(feedback.getHeader("Removal-Recipient")));
        recipients.addAll(addresses(original.getHeader("To")));
        return new Returned.Failed(new BounceNotice(
                envelopes(to, addresses(feedback.getHeader("Original-Mail-From")), original),
                messageIds(original),
                recipients,
                BounceKind.COMPLAINT,
                null,
                date(feedback, "Arrival-Date", "Received-Date")));
    }

    private static Returned failure(DeliveryStatus status, InternetHeaders original, List<EmailAddress> to) {
        for (var i = 0; i < Math.min(status.getRecipientDSNCount(), GROUPS); i++) {
            var group = status.getRecipientDSN(i);
            if (!field(group, "Action").strip().equalsIgnoreCase("failed")) {
                continue;
            }
            var code = code(group);
            if (code.isPresent() && !code.get().isFailure()) {
                continue;
            }
            var recipients = new ArrayList<>(addresses(typed(group, "Original-Recipient")));
            recipients.addAll(addresses(typed(group, "Final-Recipient")));
            recipients.addAll(addresses(original.getHeader("To")));
            return new Returned.Failed(new BounceNotice(
                    envelopes(to, List.of(), original),
                    messageIds(original),
                    recipients,
                    code.map(DeliveryCode::kind).orElse(BounceKind.SOFT),
                    code.orElse(null),
                    date(group, "Last-Attempt-Date")));
        }
        return status.getRecipientDSNCount() == 0 ? new Returned.Unreadable() : new Returned.Harmless();
    }

    /// Some servers tell in their words what they keep back in `Status`.
    private static Optional<DeliveryCode> code(InternetHeaders group) {
        var status = DeliveryCode.in(field(group, "Status"));
        var diagnostic = DeliveryCode.in(withoutType(field(group, "Diagnostic-Code")));
        return status.filter(code -> !code.isVague()).or(() -> diagnostic).or(() -> status);
    }

    private static List<EmailAddress> envelopes(
            List<EmailAddress> to, List<EmailAddress> reported, InternetHeaders original) {
        return Stream.of(to, reported, addresses(original.getHeader("Return-Path")))
                .flatMap(List::stream)
                .toList();
    }

    private static List<String> messageIds(InternetHeaders original) {
        return Stream.ofNullable(original.getHeader("Message-ID"))
                .flatMap(Arrays::stream)
                .limit(2)
                .toList();
    }

    private static @Nullable Instant date(InternetHeaders headers, String... names) {
        for (var name : names) {
            try {
                var date = new MailDateFormat().parse(field(headers, name));
                if (date != null) {
                    return date.toInstant();
                }
            } catch (java.text.ParseException _) {
                // the next, or none
            }
        }
        return null;
    }

    private static String field(InternetHeaders headers, String name) {
        var values = headers.getHeader(name);
        return values == null ? "" : values[0];
    }

    private static String[] typed(InternetHeaders headers, String name) {
        return new String[] {withoutType(field(headers, name))};
    }

    /// `rfc822; reader@example.org`
    private static String withoutType(String field) {
        return field.substring(field.indexOf(';') + 1);
    }

    /// What is no address is left out.
    private static List<EmailAddress> addresses(String @Nullable [] headers) {
        var addresses = new ArrayList<EmailAddress>();
        for (var header : headers == null ? new String[0] : headers) {
            if (addresses.size() >= ADDRESSES || header.length() > LONGEST_HEADER) {
                break;
            }
            try {
                for (var address : InternetAddress.parseHeader(header, false)) {
                    if (address.getAddress() != null && addresses.size() < ADDRESSES) {
                        addresses.add(new EmailAddress(address.getAddress()));
                    }
                }
            } catch (AddressException | IllegalArgumentException _) {
                // somebody wrote what no server could take
            }
        }
        return addresses;
    }

    private static boolean isOneOf(BodyPart part, String... types) throws MessagingException {
        for (var type : types) {
            if (part.isMimeType(type)) {
                return true;
            }
        }
        return false;
    }

    private static InputStream start(BodyPart part) throws MessagingException, IOException {
        try (var in = part.getInputStream()) {
            return new ByteArrayInputStream(in.readNBytes(LARGEST_PART));
        }
    }

    private static Optional<String> firstHeader(Message message, String name) throws MessagingException {
        var values = message.getHeader(name);
        return values == null ? Optional.empty() : Optional.of(values[0]);
    }

    private static byte[] bytes(Message message) throws MessagingException, IOException {
        var bytes = new ByteArrayOutputStream();
        message.writeTo(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] octets, int from, int count) throws IOException {
                if (bytes.size() + count > LARGEST) {
                    throw new IOException("Larger than the server said");
                }
                bytes.write(octets, from, count);
            }
        });
        return bytes.toByteArray();
    }

    /// Gives up at the first part too many; the parser would take a second for every ten thousand.
    private static final class FewParts extends MimeMultipart {

        private int parts;

        FewParts(DataSource source) throws MessagingException {
            super(source);
        }

        @Override
        protected MimeBodyPart createMimeBodyPart(InputStream in) throws MessagingException {
            return counted(super.createMimeBodyPart(in));
        }

        @Override
        protected MimeBodyPart createMimeBodyPart(InternetHeaders headers, byte[] content) throws MessagingException {
            return counted(super.createMimeBodyPart(headers, content));
        }

        private MimeBodyPart counted(MimeBodyPart part) throws MessagingException {
            if (++parts > PARTS) {
                throw new MessagingException("Too many parts");
            }
            return part;
        }
    }
}
