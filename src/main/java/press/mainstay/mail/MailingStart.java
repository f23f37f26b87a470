package press.mainstay.mail;

import jakarta.mail.internet.InternetAddress;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.mail.Mailing.Text;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.MailList;

/// Begins mailings that are due, by freezing who gets what, and ends them when every row has its final state and
/// the rows add up.
@Component
class MailingStart {

    private static final Logger log = LoggerFactory.getLogger(MailingStart.class);

    static final int BATCH = 500;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Relay relay;
    private final ListHeaders listHeaders;
    private final InternetAddress from;
    private final TransactionTemplate transaction;
    private final ApplicationEventPublisher events;
    private final Map<String, Mailing> kinds;

    MailingStart(
            JdbcClient jdbc,
            Clock clock,
            Relay relay,
            ListHeaders listHeaders,
            NewsroomProperties newsroom,
            TransactionTemplate transaction,
            ApplicationEventPublisher events,
            List<Mailing> kinds)
            throws UnsupportedEncodingException {
        this.jdbc = jdbc;
        this.clock = clock;
        this.relay = relay;
        this.listHeaders = listHeaders;
        this.from = new InternetAddress(
                newsroom.sender().address().normalised(),
                HeaderValue.checked(newsroom.sender().name()),
                StandardCharsets.UTF_8.name());
        this.transaction = transaction;
        this.events = events;
        this.kinds = kinds.stream().collect(Collectors.toMap(Mailing::kind, Function.identity()));
    }

    private record Due(int id, String kind, String about, String list, OffsetDateTime sendBefore) {}

    /// @return whether there was one
    boolean startNext() {
        return Boolean.TRUE.equals(transaction.execute(_ -> {
            var now = utc(clock.instant());
            var due = jdbc.sql("""
                            select id, kind, about, list, send_before from mailing
                            where status = 'planned' and ended_at is null and send_after <= :now
                            order by send_after limit 1 for update skip locked
                            """).param("now", now).query(Due.class).optional();
            due.ifPresent(mailing -> {
                if (mailing.sendBefore().isAfter(now)) {
                    start(mailing, now);
                } else {
                    log.warn("Mailing {} ({}) is too late to start", mailing.id(), mailing.kind());
                    end(mailing.id(), "missed", now);
                }
            });
            return due.isPresent();
        }));
    }

    private void start(Due mailing, OffsetDateTime now) {
        var kind = kinds.get(mailing.kind());
        if (kind == null) {
            throw new IllegalStateException("No mailing of kind " + mailing.kind());
        }
        var variants = freeze(mailing, kind.audience(mailing.about()));
        var recipients = variants.values().stream().mapToInt(Integer::intValue).sum();
        for (var variant : variants.keySet()) {
            var text = kind.write(mailing.about(), variant);
            compile(text, MailList.of(mailing.list()), mailing.kind()); // what cannot be sent must not start
            jdbc.sql("""
                            insert into mailing_text (mailing, variant, locale, subject, text, html)
                            values (:mailing, :variant, :locale, :subject, :text, :html)
                            """)
                    .param("mailing", mailing.id())
                    .param("variant", variant)
                    .param("locale", text.locale().toLanguageTag())
                    .param("subject", text.subject())
                    .param("text", text.text())
                    .param("html", text.html())
                    .update();
        }
        jdbc.sql("""
                        insert into mailing_batch
                            (mailing, number, first_position, last_position, status, due_at, done_upto, intent_upto)
                        select :mailing, n, n * :size, least((n + 1) * :size, :recipients) - 1, 'ready', clock_timestamp(),
                            n * :size - 1, n * :size - 1
                        from generate_series(0, (:recipients - 1) / :size) n
                        where :recipients > 0
                        """)
                .param("mailing", mailing.id())
                .param("size", BATCH)
                .param("recipients", recipients)
                .update();
        jdbc.sql("update mailing set status = 'sending', started_at = :now, recipients = :recipients where id = :id")
                .param("id", mailing.id())
                .param("now", now)
                .param("recipients", recipients)
                .update();
        log.info("Mailing {} ({}) starts with {} recipients", mailing.id(), mailing.kind(), recipients);
    }

    /// @return how many get which variant
    private Map<String, Integer> freeze(Due mailing, Mailing.Audience audience) {
        var parameters = new HashMap<String, Object>(audience.parameters());
        parameters.put("mailingId", mailing.id());
        parameters.put("mailingList", mailing.list());
        var variants = new HashMap<String, Integer>();
        jdbc.sql("""
                        with frozen as (
                            insert into delivery (mailing, position, recipient, variant, status)
                            select :mailingId, row_number() over (order by a.recipient) - 1, a.recipient, a.variant, 'waiting'
                            from (%s) a
                            join supporter s on s.id = a.recipient
                            where exists (select from consent c
                                    where c.supporter = s.id and c.list = :mailingList and c.withdrawn_at is null)
                                and not exists (select from suppression x
                                    where x.email_hash = s.email_hash and x.stops in (:mailingList, 'everything'))
                            returning variant)
                        select variant, count(*) as recipients from frozen group by variant
                        """.formatted(audience.select()))
                .params(parameters)
                .query((row, _) -> variants.put(row.getString("variant"), row.getInt("recipients")))
                .list();
        return variants;
    }

    /// @param kind for the receiving side's statistics
    private MailingText compile(Text text, MailList list, String kind) {
        return MailingText.of(relay.session(), from, listHeaders.ofMailing(list, kind), text);
    }

    /// A text as frozen, ready to be filled.
    ///
    /// @param locale of the pages behind its links
    record Frozen(MailingText text, Locale locale) {}

    Frozen frozen(int mailing, String variant) {
        return jdbc.sql("""
                        select t.locale, t.subject, t.text, t.html, m.list, m.kind
                        from mailing_text t join mailing m on m.id = t.mailing
                        where t.mailing = :mailing and t.variant = :variant
                        """)
                .param("mailing", mailing)
                .param("variant", variant)
                .query((row, _) -> {
                    var locale = Locale.forLanguageTag(row.getString("locale"));
                    var text = new Text(locale, row.getString("subject"), row.getString("text"), row.getString("html"));
                    return new Frozen(compile(text, MailList.of(row.getString("list")), row.getString("kind")), locale);
                })
                .single();
    }

    /// @return whether there was one
    boolean endNext() {
        return Boolean.TRUE.equals(transaction.execute(_ -> {
            var over = jdbc.sql("""
                            select m.id from mailing m
                            where m.ended_at is null and m.status in ('sending', 'cancelled') and m.started_at is not null
                                and not exists (select from mailing_batch b where b.mailing = m.id and b.status <> 'done')
                            order by m.id limit 1 for update skip locked
                            """).query(Integer.class).optional();
            over.ifPresent(id -> {
                verify(id);
                end(id, null, utc(clock.instant()));
            });
            return over.isPresent();
        }));
    }

    /// The counts that were kept on the way must be what the rows say, and the rows must be all.
    private void verify(int id) {
        var counted = new HashMap<String, Long>();
        jdbc.sql("select status, count(*) as n from delivery where mailing = :id group by status")
                .param("id", id)
                .query((row, _) -> counted.put(row.getString("status"), row.getLong("n")))
                .list();
        var kept = new HashMap<String, Long>();
        jdbc.sql("""
                        select c.key as status, sum(c.value::int) as n
                        from mailing_batch b cross join jsonb_each_text(to_jsonb(b)) c
                        where b.mailing = :id and c.key = any (cast(:statuses as text[])) group by c.key having sum(c.value::int) > 0
                        """)
                .param("id", id)
                .param(
                        "statuses",
                        DeliveryStatus.counted().stream()
                                .map(DeliveryStatus::word)
                                .collect(Collectors.joining(",", "{", "}")))
                .query((row, _) -> kept.put(row.getString("status"), row.getLong("n")))
                .list();
        var recipients = jdbc.sql("select recipients from mailing where id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
        if (!counted.equals(kept)
                || counted.values().stream().mapToLong(Long::longValue).sum() != recipients) {
            throw new IllegalStateException("Mailing " + id + " does not add up: " + counted + ", " + kept);
        }
        log.info("Mailing {} has ended: {}", id, counted);
    }

    private void end(int id, @Nullable String status, OffsetDateTime now) {
        events.publishEvent(jdbc.sql("""
                        update mailing set ended_at = :now,
                            status = coalesce(:status, case when status = 'sending' then 'done' else status end)
                        where id = :id
                        returning id, kind, about, status
                        """)
                .param("id", id)
                .param("status", status)
                .param("now", now)
                .query((row, _) -> new MailingEnded(
                        row.getInt("id"), row.getString("kind"), row.getString("about"), row.getString("status")))
                .single());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
