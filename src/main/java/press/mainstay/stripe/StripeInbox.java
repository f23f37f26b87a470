package press.mainstay.stripe;

import static press.mainstay.stripe.StripeEventReader.id;
import static press.mainstay.stripe.StripeEventReader.text;
import static press.mainstay.stripe.StripeEventReader.time;
import static press.mainstay.stripe.StripeEventReader.uuid;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
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

/// Keeps every event of Stripe before it is answered, and applies it soon after, once: in one transaction with all
/// that it causes.
@Component
public class StripeInbox {

    static final String BODY = "stripe.event";

    private static final Logger log = LoggerFactory.getLogger(StripeInbox.class);
    private static final int BATCH = 50;
    private static final int MOST_ATTEMPTS = 8;
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofHours(1));

    /// A key of PostgreSQL's advisory locks; any number that nobody else uses.
    private static final long APPLYING = 0x6d61_696e_7374_6179L;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Sealing sealing;
    private final ApplicationEventPublisher events;
    private final boolean livemode;
    private final TransactionTemplate transaction;
    private final TransactionTemplate savepoint;

    StripeInbox(
            JdbcClient jdbc,
            JsonMapper json,
            Sealing sealing,
            ApplicationEventPublisher events,
            StripeProperties properties,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.json = json;
        this.sealing = sealing;
        this.events = events;
        this.livemode = properties.livemode();
        this.transaction = new TransactionTemplate(transactions);
        this.savepoint = new TransactionTemplate(transactions);
        this.savepoint.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    enum Via {
        WEBHOOK,
        POLL
    }

    /// Keeps an event that is known to come from Stripe. When this returns, the row is committed.
    ///
    /// @throws UnreadableEventException if this is no event at all; nothing was kept
    void keep(byte[] body, Via via) {
        var event = parse(body);
        var object = event.path("data").path("object");
        var id = UUID.randomUUID();
        var now = OffsetDateTime.now(ZoneOffset.UTC);
        jdbc.sql("""
                        insert into stripe_event (id, event_id, type, object_id, customer, charge, donation, livemode,
                            api_version, created_at, received_at, via, body, status, next_try_at)
                        values (:id, :eventId, :type, :objectId, :customer, :charge, :donation, :livemode,
                            :apiVersion, :createdAt, :now, :via, :body, :status, :now)
                        on conflict (event_id) do update set delivery_count = stripe_event.delivery_count + 1
                        """)
                .param("id", id)
                .param("eventId", text(event, "id"))
                .param("type", text(event, "type"))
                .param("objectId", id(object))
                .param("customer", customer(object))
                .param("charge", charge(object))
                .param("donation", donation(object))
                .param("livemode", event.path("livemode").asBoolean(false))
                .param("apiVersion", event.path("api_version").stringValue(null))
                .param("createdAt", time(event, "created").atOffset(ZoneOffset.UTC))
                .param("now", now)
                .param("via", via.name().toLowerCase(Locale.ROOT))
                .param("body", sealing.seal(body, BODY, id).bytes())
                .param("status", firstStatus(event))
                .update();
    }

    /// Applies what is due, the oldest first, at most a few dozen in one transaction; each behind a savepoint of its
    /// own, so that one that fails is put off and does not hold up the others.
    ///
    /// One transaction at a time applies, on whichever node: a charge, its invoice and the link between them may
    /// come together, and each must see what the others wrote.
    ///
    /// @return whether there may be more
    boolean applyDue() {
        return Boolean.TRUE.equals(transaction.execute(_ -> {
            waitForOurTurn();
            var due = claim();
            due.forEach(this::apply);
            return due.size() == BATCH;
        }));
    }

    /// Applies what Stripe answered to a question of ours, as if it had come as an event.
    public void apply(StripeEvent event) {
        transaction.executeWithoutResult(_ -> {
            waitForOurTurn();
            events.publishEvent(event);
        });
    }

    private record Due(UUID id, String eventId, String type, byte[] body, int attempts) {}

    private void waitForOurTurn() {
        jdbc.sql("select pg_advisory_xact_lock(:key)::text")
                .param("key", APPLYING)
                .query(String.class)
                .single();
    }

    private List<Due> claim() {
        return jdbc.sql("""
                        select id, event_id, type, body, attempts from stripe_event
                        where status = 'new' and next_try_at <= :now
                        order by next_try_at limit :batch
                        for update skip locked
                        """)
                .param("now", OffsetDateTime.now(ZoneOffset.UTC))
                .param("batch", BATCH)
                .query(Due.class)
                .list();
    }

    private void apply(Due due) {
        try {
            savepoint.executeWithoutResult(_ -> {
                var event = parse(sealing.openBytes(new Sealed(due.body()), BODY, due.id()));
                StripeEventReader.read(event).ifPresent(events::publishEvent);
                jdbc.sql(
                                "update stripe_event set status = 'applied', applied_at = :now, last_error = null where id = :id")
                        .param("id", due.id())
                        .param("now", OffsetDateTime.now(ZoneOffset.UTC))
                        .update();
            });
        } catch (UnreadableEventException e) {
            log.error(
                    "Stripe event {} ({}) has an unknown shape and waits for a newer version",
                    due.eventId(),
                    due.type());
            putOff(due, "quarantined", e.getMessage(), Duration.ZERO);
        } catch (RuntimeException e) {
            var attempts = due.attempts() + 1;
            var status = attempts < MOST_ATTEMPTS ? "new" : "dead";
            log.warn(
                    "Stripe event {} ({}) failed at attempt {}: {}",
                    due.eventId(),
                    due.type(),
                    attempts,
                    ErrorCode.of(e));
            putOff(due, status, ErrorCode.of(e), BACKOFF.after(attempts));
        }
    }

    private void putOff(Due due, String status, @Nullable String error, Duration pause) {
        jdbc.sql("""
                        update stripe_event
                        set status = :status, attempts = attempts + 1, last_error = :error, next_try_at = :next
                        where id = :id
                        """)
                .param("id", due.id())
                .param("status", status)
                .param("error", error)
                .param("next", OffsetDateTime.now(ZoneOffset.UTC).plus(pause))
                .update();
    }

    private JsonNode parse(byte[] body) {
        try {
            var event = json.readTree(body);
            if (!event.path("object").stringValue("").equals("event")) {
                throw new UnreadableEventException("object");
            }
            return event;
        } catch (JacksonException _) {
            // its message quotes the body
            throw new UnreadableEventException("JSON");
        }
    }

    private String firstStatus(JsonNode event) {
        if (event.path("livemode").asBoolean(false) != livemode) {
            return "other_mode";
        }
        if (!StripeEventReader.reads(text(event, "type"))) {
            return "ignored";
        }
        return event.path("api_version").stringValue("").endsWith("." + StripeEventReader.TRAIN)
                ? "new"
                : "quarantined";
    }

    private static @Nullable String customer(JsonNode object) {
        return object.path("object").stringValue("").equals("customer") ? id(object) : id(object.path("customer"));
    }

    private static @Nullable String charge(JsonNode object) {
        return object.path("object").stringValue("").equals("charge") ? id(object) : id(object.path("charge"));
    }

    private static @Nullable UUID donation(JsonNode object) {
        var own = StripeEventReader.donation(object.path("metadata"));
        if (own == null) {
            own = uuid(object.path("client_reference_id"));
        }
        return own != null
                ? own
                : StripeEventReader.donation(
                        object.path("parent").path("subscription_details").path("metadata"));
    }
}
