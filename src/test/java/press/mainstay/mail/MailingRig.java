package press.mainstay.mail;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.sealing.SignedLinks;
import press.mainstay.shared.JsonRows;

/// Nodes to order: as many as a test needs beside the service, each with a mail server and settings of its own.
record MailingRig(
        JdbcClient jdbc,
        TransactionTemplate transaction,
        ApplicationEventPublisher events,
        Sealing sealing,
        SignedLinks signedLinks,
        NewsroomProperties newsroom,
        Clock clock,
        @Nullable BounceService bounces,
        Mailing mailing) {

    static MailProperties settings(int connections, Integer rate, Duration lease) {
        return new MailProperties(null, Duration.ofMillis(100), connections, rate, 50, lease, 10);
    }

    MailingEngine node(int smtpPort, MailProperties settings) throws Exception {
        return node(smtpPort, settings, 2_000);
    }

    MailingEngine node(int smtpPort, MailProperties settings, int timeout) throws Exception {
        var sender = new JavaMailSenderImpl();
        sender.setHost("127.0.0.1");
        sender.setPort(smtpPort);
        sender.getJavaMailProperties().put("mail.smtp.timeout", Integer.toString(timeout));
        sender.getJavaMailProperties().put("mail.smtp.localhost", "localhost");
        var relay = new Relay(sender, settings);
        var rate = new RelayRate(jdbc, settings);
        var links = new UnsubscribeLinks(signedLinks, newsroom, clock);
        var addresses = new UnsubscribeAddresses(
                sealing,
                new BounceMailboxProperties(BounceMailboxProperties.Protocol.IMAPS, "", 0, "", "", "INBOX", null));
        var starts = new MailingStart(
                jdbc,
                clock,
                relay,
                new ListHeaders(links, addresses, newsroom),
                newsroom,
                transaction,
                events,
                List.of(mailing));
        return new MailingEngine(
                new MailingQueue(jdbc, clock, settings, rate, transaction, bounces),
                starts,
                relay,
                rate,
                new MailIds(sealing, newsroom, settings),
                links,
                addresses,
                sealing,
                settings,
                clock);
    }

    MailingService service() {
        return new MailingService(jdbc, clock, List.of(mailing));
    }

    private record Reader(UUID id, String email, String emailHash, String locale) {}

    /// People who signed up for the newsletter, `reader-0@<source>.example` and so on; every third in Russian.
    void signUp(String source, int readers) {
        jdbc.sql("""
                        insert into consent_text (version, locale, words, first_used_at) values ('v1', 'en', 'Yes', :now)
                        on conflict (version) do nothing
                        """).param("now", clock.instant().atOffset(ZoneOffset.UTC)).update();
        for (var from = 0; from < readers; from += 5_000) {
            var rows = new ArrayList<Reader>();
            for (var i = from; i < Math.min(readers, from + 5_000); i++) {
                var id = UUID.randomUUID();
                var address = address(source, i);
                rows.add(new Reader(
                        id,
                        hex(sealing.seal(address, "supporter.email", id).bytes()),
                        hex(sealing.hash(address, "supporter.email").bytes()),
                        i % 3 == 0 ? "ru" : "en"));
            }
            jdbc.sql("""
                            with r as (
                                insert into supporter (id, email, email_hash, locale, first_seen_at)
                                select id, cast(email as bytea), cast(email_hash as bytea), locale, :now
                                from jsonb_to_recordset(cast(:rows as jsonb)) as r (id uuid, email text, email_hash text, locale text)
                                returning id, locale)
                            insert into consent (id, supporter, list, text_version, source, locale, asked_at, confirmed_at)
                            select gen_random_uuid(), id, 'newsletter', 'v1', :source, locale, :now, :now from r
                            """)
                    .param("rows", JsonRows.of(rows))
                    .param("source", source)
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        }
    }

    static String address(String source, int reader) {
        return "reader-" + reader + "@" + source + ".example";
    }

    int plan(String source) {
        return service()
                .create(
                        mailing.kind(),
                        source + "/" + UUID.randomUUID(),
                        clock.instant(),
                        clock.instant().plus(Duration.ofHours(12)));
    }

    private static String hex(byte[] bytes) {
        return "\\x" + HexFormat.of().formatHex(bytes);
    }
}
