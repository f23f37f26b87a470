package press.mainstay.demo;

import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.BodyPart;
import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A mail server that delivers nothing: every letter is kept, as it came, in the demo's database.
public final class DemoMail implements AutoCloseable {

    private final GreenMail server;
    private final JdbcClient jdbc;
    private final Clock clock;

    /// One letter to one recipient.
    ///
    /// @param number counts up as letters arrive
    /// @param to where it was sent, by the envelope
    /// @param from the mailbox of the header `From`, without the name
    /// @param at when it arrived, by the demo's clock
    /// @param text the plain part, lines end with `\n`
    /// @param html the HTML part, lines end with `\n`
    /// @param headers in their order, unfolded and decoded; a name may come twice
    public record Letter(
            long number,
            String to,
            String from,
            String subject,
            Instant at,
            @Nullable String text,
            @Nullable String html,
            List<Field> headers) {

        /// The first header of this name, in any case.
        public Optional<String> header(String name) {
            return headers.stream()
                    .filter(field -> field.name().equalsIgnoreCase(name))
                    .map(Field::value)
                    .findFirst();
        }
    }

    public record Field(String name, String value) {}

    public DemoMail(DataSource database, Clock clock) {
        this.jdbc = JdbcClient.create(database);
        this.clock = clock;
        jdbc.sql("""
                        create table if not exists demo_letter (
                            number      bigint generated always as identity primary key,
                            received_at timestamptz not null,
                            recipient   text        not null,
                            raw         bytea       not null
                        )
                        """).update();
        server = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
        server.getUserManager().setMessageDeliveryHandler((_, recipient) -> new Mailbox(recipient.getEmail()));
        server.start();
    }

    public int port() {
        return server.getSmtp().getPort();
    }

    /// All letters, the newest first.
    public List<Letter> letters() {
        return jdbc
                .sql("select number, received_at, recipient, raw from demo_letter order by number desc")
                .query(Row.class)
                .list()
                .stream()
                .map(DemoMail::read)
                .toList();
    }

    /// What one mailbox got, the newest first.
    public List<Letter> lettersTo(String address) {
        return jdbc.sql("""
                        select number, received_at, recipient, raw from demo_letter
                        where lower(recipient) = lower(:address) order by number desc
                        """).param("address", address).query(Row.class).list().stream()
                .map(DemoMail::read)
                .toList();
    }

    public Optional<Letter> letter(long number) {
        return jdbc.sql("select number, received_at, recipient, raw from demo_letter where number = :number")
                .param("number", number)
                .query(Row.class)
                .optional()
                .map(DemoMail::read);
    }

    /// Empties all mailboxes.
    public void clear() {
        jdbc.sql("delete from demo_letter").update();
    }

    @Override
    public void close() {
        server.stop();
    }

    private record Row(long number, OffsetDateTime receivedAt, String recipient, byte[] raw) {}

    private static Letter read(Row row) {
        try {
            var message = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(row.raw()));
            var headers = new ArrayList<Field>();
            for (Header header : Collections.list(message.getAllHeaders())) {
                headers.add(new Field(header.getName(), MimeUtility.decodeText(MimeUtility.unfold(header.getValue()))));
            }
            var from = message.getFrom();
            return new Letter(
                    row.number(),
                    row.recipient(),
                    from == null || from.length == 0 ? "" : ((InternetAddress) from[0]).getAddress(),
                    Optional.ofNullable(message.getSubject()).orElse(""),
                    row.receivedAt().toInstant(),
                    part(message, "text/plain"),
                    part(message, "text/html"),
                    List.copyOf(headers));
        } catch (MessagingException | IOException e) {
            throw new IllegalStateException("Letter " + row.number() + " cannot be read", e);
        }
    }

    private static @Nullable String part(Part part, String type) throws MessagingException, IOException {
        if (part.isMimeType(type)) {
            return ((String) part.getContent()).replace("\r\n", "\n");
        }
        if (part.getContent() instanceof Multipart parts) {
            for (var i = 0; i < parts.getCount(); i++) {
                BodyPart inner = parts.getBodyPart(i);
                var found = part(inner, type);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private void keep(String recipient, MimeMessage message) {
        var raw = new ByteArrayOutputStream();
        try {
            message.writeTo(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MessagingException e) {
            throw new IllegalStateException("A letter arrived that cannot be written down", e);
        }
        jdbc.sql("insert into demo_letter (received_at, recipient, raw) values (:now, :recipient, :raw)")
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("recipient", recipient)
                .param("raw", raw.toByteArray())
                .update();
    }

    /// Everyone has a mailbox here, and it is a row in a table.
    private final class Mailbox implements GreenMailUser {

        private final String address;

        Mailbox(String address) {
            this.address = address;
        }

        @Override
        public void deliver(MovingMessage message) {
            keep(address, message.getMessage());
        }

        @Override
        public void deliver(MimeMessage message) {
            keep(address, message);
        }

        @Override
        public String getEmail() {
            return address;
        }

        @Override
        public String getLogin() {
            return address;
        }

        @Override
        public String getQualifiedMailboxName() {
            return address;
        }

        @Override
        public String getPassword() {
            return "";
        }

        @Override
        public void setPassword(String password) {
            // nobody signs in
        }

        @Override
        public void authenticate(String password) {
            // nobody signs in
        }

        @Override
        public void create() {
            // nothing to make
        }

        @Override
        public void delete() {
            // nothing to remove
        }
    }
}
