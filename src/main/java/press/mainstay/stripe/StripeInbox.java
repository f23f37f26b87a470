package press.mainstay.stripe;

import static press.mainstay.stripe.StripeEventLog.BODY;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.sealing.Sealed;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.Backoff;
import press.mainstay.shared.ErrorCode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Applies what Stripe told, each event once: in one transaction with all that it causes.
@Component
public class StripeInbox {

    /// The purpose that staff's reasons are sealed for.
    static final String REASON = "stripe.event.ignored";

    private static final Logger log = LoggerFactory.getLogger(StripeInbox.class);
    private static final int BATCH = 250;
    private static final int MOST_ATTEMPTS = 8;
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofHours(1));

    /// Whoever applies holds it; any number that nobody else uses for PostgreSQL's advisory locks.
    private static final long APPLYING = 0x6d61_696e_7374_6179L;

    /// PostgreSQL ends the transaction of a node that is stuck, so that another can go on.
    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(2);

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Sealing sealing;
    private final StripeEventReader reader;
    private final ApplicationEventPublisher events;
    private final MeterRegistry meters;
    private final TransactionTemplate transaction;
    private final TransactionTemplate savepoint;

    StripeInbox(
            JdbcClient jdbc,
            JsonMapper json,
            Sealing sealing,
            StripeEventReader reader,
            ApplicationEventPublisher events,
            MeterRegistry meters,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.json = json;
        this.sealing = sealing;
        this.reader = reader;
        this.events = events;
        this.meters = meters;
        this.transaction = new TransactionTemplate(transactions);
        this.savepoint = new TransactionTemplate(transactions);
        this.savepoint.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    /// Applies what is due, the oldest first, some hundreds together in one transaction. What fails is found by
    /// halving, is put off and does not hold up the others.
    ///
    /// One transaction at a time applies, on whichever node: a charge, its invoice and the link between them
    /// may come together, and each must see what the others wrote.
    ///
    /// @return whether there may be more
    boolean applyDue() {
        return Boolean.TRUE.equals(transaction.execute(_ -> {
            if (!isOurTurn()) {
                return false; // another node is at it
            }
            var due = claim();
            applyDue(due);
            return due.size() == BATCH;
        }));
    }

    /// Applies all that is due, and waits for what another node is at.
    void applyAllDue() {
        boolean more;
        do {
            more = Boolean.TRUE.equals(transaction.execute(_ -> {
                waitForOurTurn();
                var due = claim();
                applyDue(due);
                return due.size() == BATCH;
            }));
        } while (more);
    }

    /// Applies what Stripe answered to questions of ours, as if it had come as events.
    public void apply(List<? extends StripeEvent> answers) {
        if (answers.isEmpty()) {
            return;
        }
        transaction.executeWithoutResult(_ -> {
            waitForOurTurn();
            events.publishEvent(new StripeNews(List.copyOf(answers)));
        });
    }

    /// Applies kept events of an object again, within the caller's transaction: what nobody could use when they
    /// came.
    public void applyAgain(Collection<String> objects) {
        if (!objects.isEmpty()) {
            jdbc.sql("""
                            update stripe_event set status = 'new', applied_at = null, next_try_at = :now
                            where object_id in (:objects) and status = 'applied' and body is not null
                            """).param("objects", objects).param("now", machineNow()).update();
        }
    }

    /// Lets events be tried again that were given up or could not be read.
    ///
    /// @param event Stripe's id
    /// @return whether there was such an event
    public boolean retry(String event) {
        return jdbc.sql("""
                        update stripe_event set status = 'new', attempts = 0, next_try_at = :now
                        where event_id = :event and status in ('dead', 'quarantined') and body is not null
                        """).param("event", event).param("now", machineNow()).update() == 1;
    }

    /// Sets an event aside that cannot be applied, and notes why.
    ///
    /// @param event Stripe's id
    /// @param reason typed by a person, kept sealed
    /// @return whether there was such an event
    public boolean ignore(String event, String reason) {
        var id = jdbc.sql("select id from stripe_event where event_id = :event")
                .param("event", event)
                .query(UUID.class)
                .optional();
        return id.isPresent()
                && jdbc.sql("""
                        update stripe_event set status = 'ignored', ignored_because = :reason
                        where id = :id and status in ('dead', 'quarantined')
                        """)
                                .param("id", id.get())
                                .param(
                                        "reason",
                                        sealing.seal(reason, REASON, id.get()).bytes())
                                .update()
                        == 1;
    }

    /// Lets this release read what an earlier one ignored, misread or could not read. Some thousands at a time,
    /// so that news does not wait behind them.
    ///
    /// @return how many there were
    int readAnew() {
        return jdbc.sql("""
                        update stripe_event set status = 'new', applied_at = null, attempts = 0, read_by = :version,
                            next_try_at = :now
                        where id in (
                            select id from stripe_event
                            where read_by < :version and status in ('applied', 'ignored', 'foreign', 'quarantined')
                                and body is not null and ignored_because is null
                            limit 2000 for update skip locked)
                        """)
                .param("version", StripeEventReader.VERSION)
                .param("now", machineNow())
                .update();
    }

    private record Due(UUID id, String eventId, String type, byte[] body, int attempts, Instant createdAt) {}

    private boolean isOurTurn() {
        boundTransaction();
        return jdbc.sql("select pg_try_advisory_xact_lock(:key)")
                .param("key", APPLYING)
                .query(Boolean.class)
                .single();
    }

    private void waitForOurTurn() {
        boundTransaction();
        jdbc.sql("select pg_advisory_xact_lock(:key)::text")
                .param("key", APPLYING)
                .query(String.class)
                .single();
    }

    private void boundTransaction() {
        jdbc.sql("select set_config('transaction_timeout', :timeout, true)")
                .param("timeout", LONGEST_TRANSACTION.toMillis() + "ms")
                .query(String.class)
                .single();
    }

    private List<Due> claim() {
        return jdbc.sql("""
                        select id, event_id, type, body, attempts, created_at from stripe_event
                        where status = 'new' and next_try_at <= :now
                        order by next_try_at limit :batch
                        for update skip locked
                        """)
                .param("now", machineNow())
                .param("batch", BATCH)
                .query((row, _) -> new Due(
                        row.getObject("id", UUID.class),
                        row.getString("event_id"),
                        row.getString("type"),
                        row.getBytes("body"),
                        row.getInt("attempts"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    private void applyDue(List<Due> due) {
        if (due.isEmpty()) {
            return;
        }
        try {
            savepoint.executeWithoutResult(_ -> applyTogether(due));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            if (due.size() == 1) {
                setAside(due.getFirst(), e);
            } else {
                applyDue(due.subList(0, due.size() / 2));
                applyDue(due.subList(due.size() / 2, due.size()));
            }
        }
    }

    private void applyTogether(List<Due> due) {
        var news = new ArrayList<StripeEvent>();
        var applied = new ArrayList<UUID>();
        var foreign = new ArrayList<UUID>();
        for (var one : due) {
            var event = reader.readEvent(open(one));
            event.ifPresent(news::add);
            (event.isPresent() && event.get().foreign() ? foreign : applied).add(one.id());
        }
        events.publishEvent(new StripeNews(news));
        mark(applied, "applied");
        mark(foreign, "foreign");
        due.forEach(one -> meters.timer("mainstay.stripe.event.lag")
                .record(Duration.between(one.createdAt(), Instant.now()).abs()));
    }

    private JsonNode open(Due due) {
        try {
            return json.readTree(sealing.openBytes(new Sealed(due.body()), BODY, due.id()));
        } catch (JacksonException _) {
            throw new UnreadableEventException("JSON");
        }
    }

    private void mark(List<UUID> ids, String status) {
        if (!ids.isEmpty()) {
            jdbc.sql("""
                            update stripe_event set status = :status, last_error = null, read_by = :version,
                                applied_at = case when :status = 'applied' then cast(:now as timestamptz) end
                            where id = any(:ids)
                            """)
                    .param("ids", ids.toArray(UUID[]::new))
                    .param("status", status)
                    .param("version", StripeEventReader.VERSION)
                    .param("now", machineNow())
                    .update();
            meters.counter("mainstay.stripe.event.verdict", "verdict", status).increment(ids.size());
        }
    }

    /// What cannot be read, or breaks a rule of the database, will do so again: it waits for a new release.
    /// What else fails may pass: it is tried again, less and less often.
    private void setAside(Due due, Throwable failure) {
        var attempts = due.attempts() + 1;
        if (isPermanent(failure)) {
            log.error(
                    "Stripe event {} ({}) cannot be applied and waits for a newer version: {}",
                    due.eventId(),
                    due.type(),
                    code(failure));
            putOff(due, "quarantined", code(failure), Duration.ZERO);
        } else if (attempts < MOST_ATTEMPTS) {
            log.warn(
                    "Stripe event {} ({}) failed at attempt {}: {}",
                    due.eventId(),
                    due.type(),
                    attempts,
                    code(failure));
            putOff(due, "new", code(failure), BACKOFF.after(attempts));
        } else {
            log.error("Stripe event {} ({}) is given up: {}", due.eventId(), due.type(), code(failure));
            putOff(due, "dead", code(failure), Duration.ZERO);
        }
    }

    private static boolean isPermanent(Throwable failure) {
        return failure instanceof UnreadableEventException
                || failure instanceof NonTransientDataAccessException
                        && !(failure instanceof NonTransientDataAccessResourceException)
                || failure instanceof ArithmeticException
                || failure instanceof IllegalArgumentException;
    }

    private static @Nullable String code(Throwable failure) {
        return failure instanceof UnreadableEventException unreadable ? unreadable.getMessage() : ErrorCode.of(failure);
    }

    private void putOff(Due due, String status, @Nullable String error, Duration pause) {
        meters.counter("mainstay.stripe.event.verdict", "verdict", status.equals("new") ? "put_off" : status)
                .increment();
        jdbc.sql("""
                        update stripe_event
                        set status = :status, attempts = attempts + 1, last_error = :error, next_try_at = :next,
                            read_by = :version
                        where id = :id
                        """)
                .param("id", due.id())
                .param("status", status)
                .param("error", error)
                .param("version", StripeEventReader.VERSION)
                .param("next", machineNow().plus(pause))
                .update();
    }

    private static OffsetDateTime machineNow() {
        return OffsetDateTime.now(ZoneOffset.UTC);
    }
}
