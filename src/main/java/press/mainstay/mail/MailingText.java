package press.mainstay.mail;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import press.mainstay.mail.Mailing.Text;

/// A mail to many as it goes over the wire, made once, with gaps for what is a reader's own. To fill the gaps costs
/// a copy of octets; to build, encode and fold each mail anew takes ten times as long.
final class MailingText {

    /// Of quoted-printable (RFC 2045, 6.7), less the sign that breaks it.
    private static final int LONGEST_LINE = 75;

    /// What differs from reader to reader.
    private enum Gap {
        TO,
        DATE,
        MESSAGE_ID,
        UNSUBSCRIBE,
        UNSUBSCRIBE_ADDRESS,
        PREFERENCES
    }

    /// A piece that all have, then a gap; after the last piece there is none.
    private final List<byte[]> pieces = new ArrayList<>();

    private final List<Gap> gaps = new ArrayList<>();
    private final int size;

    private MailingText(byte[] wire, Map<Gap, String> marks) {
        var start = 0;
        for (var i = 0; i < wire.length; i++) {
            for (var mark : marks.entrySet()) {
                var word = mark.getValue();
                if (wire[i] == word.charAt(0) && startsWith(wire, i, word)) {
                    pieces.add(Arrays.copyOfRange(wire, start, i));
                    gaps.add(mark.getKey());
                    start = i + word.length();
                    i = start - 1;
                    break;
                }
            }
        }
        pieces.add(Arrays.copyOfRange(wire, start, wire.length));
        size = pieces.stream().mapToInt(piece -> piece.length).sum();
    }

    /// What fills the gaps.
    ///
    /// @param unsubscribe and preferences: links without characters that mean something in HTML
    record Own(
            String to,
            String date,
            String messageId,
            String unsubscribe,
            String unsubscribeAddress,
            String preferences) {

        private String of(Gap gap) {
            return switch (gap) {
                case TO -> to;
                case DATE -> date;
                case MESSAGE_ID -> messageId;
                case UNSUBSCRIBE -> unsubscribe;
                case UNSUBSCRIBE_ADDRESS -> unsubscribeAddress;
                case PREFERENCES -> preferences;
            };
        }
    }

    /// @param headers beside those that every mail has, with `Mailing.UNSUBSCRIBE_LINK` where the link goes
    /// @throws IllegalArgumentException if a header has a control character, or a part does not say how to leave
    static MailingText of(Session session, InternetAddress from, Map<String, String> headers, Text text) {
        if (!text.text().contains(Mailing.UNSUBSCRIBE_LINK) || !text.html().contains(Mailing.UNSUBSCRIBE_LINK)) {
            throw new IllegalArgumentException("A mailing without a link to leave the list");
        }
        var word = "gap" + UUID.randomUUID().toString().replace("-", "");
        var marks = new EnumMap<Gap, String>(Gap.class);
        for (var gap : Gap.values()) {
            marks.put(gap, word + gap.ordinal());
        }
        try {
            var message = new MimeMessage(session) {
                @Override
                protected void updateMessageID() throws MessagingException {
                    setHeader("Message-ID", marks.get(Gap.MESSAGE_ID));
                }
            };
            message.setFrom(from);
            message.setHeader("To", marks.get(Gap.TO));
            message.setSubject(HeaderValue.checked(text.subject()), UTF_8.name());
            message.setHeader("Date", marks.get(Gap.DATE));
            for (var header : headers.entrySet()) {
                message.setHeader(
                        header.getKey(),
                        HeaderValue.checked(header.getValue())
                                .replace(Mailing.UNSUBSCRIBE_LINK, marks.get(Gap.UNSUBSCRIBE))
                                .replace(Mailing.UNSUBSCRIBE_ADDRESS, marks.get(Gap.UNSUBSCRIBE_ADDRESS)));
            }
            message.setContent(new MimeMultipart(
                    "alternative", part(text.text(), "plain", marks), part(text.html(), "html", marks)));
            message.saveChanges();
            var wire = new ByteArrayOutputStream();
            message.writeTo(wire);
            return new MailingText(wire.toByteArray(), marks);
        } catch (MessagingException e) {
            throw new IllegalArgumentException("A mailing that cannot be written", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MimeBodyPart part(String text, String subtype, Map<Gap, String> marks)
            throws MessagingException, IOException {
        var headers = new InternetHeaders();
        headers.setHeader("Content-Type", "text/" + subtype + "; charset=UTF-8");
        headers.setHeader("Content-Transfer-Encoding", "quoted-printable");
        var encoded = new ByteArrayOutputStream();
        var rest = text;
        while (!rest.isEmpty()) {
            var unsubscribe = rest.indexOf(Mailing.UNSUBSCRIBE_LINK);
            var preferences = rest.indexOf(Mailing.PREFERENCES_LINK);
            var first = unsubscribe < 0 || preferences >= 0 && preferences < unsubscribe ? preferences : unsubscribe;
            if (first < 0) {
                encoded.writeBytes(quotedPrintable(rest));
                break;
            }
            var gap = first == unsubscribe ? Gap.UNSUBSCRIBE : Gap.PREFERENCES;
            encoded.writeBytes(quotedPrintable(rest.substring(0, first)));
            // a soft line break before and after, so that no line grows too long whatever fills the gap
            encoded.writeBytes(("=\r\n" + marks.get(gap) + "=\r\n").getBytes(US_ASCII));
            rest = rest.substring(
                    first + (gap == Gap.UNSUBSCRIBE ? Mailing.UNSUBSCRIBE_LINK : Mailing.PREFERENCES_LINK).length());
        }
        return new MimeBodyPart(headers, encoded.toByteArray());
    }

    private static byte[] quotedPrintable(String text) throws MessagingException, IOException {
        var encoded = new ByteArrayOutputStream();
        try (var encoder = MimeUtility.encode(encoded, "quoted-printable")) {
            encoder.write(text.getBytes(UTF_8));
        }
        return encoded.toByteArray();
    }

    /// The whole mail.
    byte[] filledWith(Own own) {
        var values = new byte[gaps.size()][];
        var length = size;
        var inBody = false;
        for (var i = 0; i < values.length; i++) {
            inBody |= endsWithSoftBreak(pieces.get(i));
            var value = own.of(gaps.get(i));
            values[i] = (inBody ? encodedLink(value) : value).getBytes(UTF_8);
            length += values[i].length;
        }
        var mail = new byte[length];
        var end = 0;
        for (var i = 0; i < values.length; i++) {
            end = append(mail, end, pieces.get(i));
            end = append(mail, end, values[i]);
        }
        append(mail, end, pieces.getLast());
        return mail;
    }

    /// In quoted-printable. Links are ASCII, where only the equals sign means something.
    private static String encodedLink(String link) {
        var encoded = new StringBuilder(link.length() + 32);
        var column = 0;
        for (var i = 0; i < link.length(); i++) {
            if (column >= LONGEST_LINE - 3) {
                encoded.append("=\r\n");
                column = 0;
            }
            var c = link.charAt(i);
            if (c == '=') {
                encoded.append("=3D");
                column += 3;
            } else {
                encoded.append(c);
                column++;
            }
        }
        return encoded.toString();
    }

    private static int append(byte[] mail, int end, byte[] piece) {
        System.arraycopy(piece, 0, mail, end, piece.length);
        return end + piece.length;
    }

    private static boolean endsWithSoftBreak(byte[] piece) {
        return piece.length >= 3 && piece[piece.length - 3] == '=';
    }

    private static boolean startsWith(byte[] wire, int at, String word) {
        if (wire.length - at < word.length()) {
            return false;
        }
        for (var i = 0; i < word.length(); i++) {
            if (wire[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
