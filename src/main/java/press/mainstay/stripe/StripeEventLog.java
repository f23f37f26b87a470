package press.mainstay.stripe;

import static press.mainstay.stripe.StripeEventReader.id;
import static press.mainstay.stripe.StripeEventReader.text;
import static press.mainstay.stripe.StripeEventReader.time;
import static press.mainstay.stripe.StripeEventReader.uuid;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.sealing.Sealing;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Keeps every event of Stripe, before it is answered and whatever becomes of it.
@Component
class StripeEventLog implements AutoCloseable {

    /// The purpose that bodies are sealed for.
    static final String BODY = "stripe.event";

    private static final int MOST_TOGETHER = 100;

    /// Of the insert below, since Spring asks the database for the type of each null that has none.
    private static final int[] COLUMN_TYPES = {
        Types.OTHER,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.OTHER,
        Types.BOOLEAN,
        Types.VARCHAR,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.VARCHAR,
        Types.BINARY,
        Types.VARCHAR,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.INTEGER
    };

    private final JdbcTemplate jdbc;
    private final JsonMapper json;
    private final Sealing sealing;
    private final TransactionTemplate transaction;
    private final MeterRegistry meters;
    private final boolean livemode;
    private final ConcurrentLinkedQueue<Delivery> waiting = new ConcurrentLinkedQueue<>();

    /// A platform thread: Tink keeps its random numbers and ciphers by thread, and a request's lives too short for
    /// them.
    private final ExecutorService committer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("stripe-event-log").factory());

    StripeEventLog(
            JdbcTemplate jdbc,
            JsonMapper json,
            Sealing sealing,
            TransactionTemplate transaction,
            MeterRegistry meters,
            StripeProperties properties) {
        this.jdbc = jdbc;
        this.json = json;
        this.sealing = sealing;
        this.transaction = transaction;
        this.meters = meters;
        this.livemode = properties.livemode();
    }

    enum Via {
        WEBHOOK,
        POLL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// An event on its way into the log.
    ///
    /// @param kept completed when its row is committed, or cannot be
    private record Delivery(
            UUID id, byte[] body, JsonNode event, String eventId, Via via, CompletableFuture<Boolean> kept) {

        private Delivery(byte[] body, JsonNode event, Via via) {
            this(UUID.randomUUID(), body, event, text(event, "id"), via, new CompletableFuture<>());
        }
    }

    /// Keeps an event that is known to come from Stripe. When this returns, the row is committed.
    ///
    /// One thread seals and commits. Deliveries that come while it waits for the disk are committed together: a
    /// commit takes longer than all the rest. They also hold one connection, however many come at once.
    ///
    /// @throws UnreadableEventException if this is no event at all; nothing was kept
    /// @throws RuntimeException if the database did not take it; nothing was kept
    void keep(byte[] body, Via via) {
        var delivery = new Delivery(body, parse(body), via);
        createdAt(delivery.event()); // an unreadable time is refused here, not in a batch with others
        waiting.add(delivery);
        committer.execute(this::commitWaiting);
        try {
            delivery.kept().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /// In the order of their ids, so that nodes which keep the same events wait for each other without a deadlock.
    private void commitWaiting() {
        var batch = new ArrayList<Delivery>();
        while (batch.size() < MOST_TOGETHER && waiting.peek() != null) {
            batch.add(waiting.poll());
        }
        batch.sort(Comparator.comparing(Delivery::eventId));
        if (!batch.isEmpty()) {
            commit(batch);
        }
    }

    private void commit(List<Delivery> batch) {
        try {
            transaction.executeWithoutResult(_ -> insert(batch));
            batch.forEach(delivery -> delivery.kept().complete(true));
        } catch (RuntimeException | Error e) {
            if (batch.size() == 1) {
                batch.getFirst().kept().completeExceptionally(e);
            } else {
                // one that the database refuses is no harm to the others
                batch.forEach(delivery -> commit(List.of(delivery)));
            }
        }
    }

    @Override
    public void close() {
        committer.close();
    }

    private void insert(List<Delivery> batch) {
        var fresh = jdbc.batchUpdate("""
                insert into stripe_event (id, event_id, type, object_id, customer, charge, donation, livemode,
                    api_version, created_at, received_at, via, body, status, next_try_at, read_by)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (event_id) do nothing
                """, batch.stream().map(this::row).toList(), COLUMN_TYPES);
        var again = new ArrayList<Object[]>();
        var readableNow = new ArrayList<Object[]>(); // another endpoint had told it in a shape that we cannot read
        for (int i = 0; i < fresh.length; i++) {
            var delivery = batch.get(i);
            if (fresh[i] == 0) {
                again.add(new Object[] {delivery.eventId()});
                if (firstStatus(delivery.event()).equals("new")) {
                    readableNow.add(inAnotherShape(delivery));
                }
            }
            meters.counter(
                            "mainstay.stripe.event",
                            "type",
                            type(delivery),
                            "via",
                            delivery.via().word(),
                            "result",
                            fresh[i] == 0 ? "duplicate" : "new")
                    .increment();
        }
        if (!again.isEmpty()) {
            jdbc.batchUpdate("update stripe_event set delivery_count = delivery_count + 1 where event_id = ?", again);
            jdbc.batchUpdate("""
                    update stripe_event set id = ?, body = ?, api_version = ?, status = 'new', next_try_at = ?
                    where event_id = ? and status = 'quarantined' and api_version is distinct from ?
                    """, readableNow);
        }
    }

    private Object[] inAnotherShape(Delivery delivery) {
        var version = delivery.event().path("api_version").stringValue(null);
        return new Object[] {
            delivery.id(),
            sealing.seal(delivery.body(), BODY, delivery.id()).bytes(),
            version,
            OffsetDateTime.now(ZoneOffset.UTC),
            delivery.eventId(),
            version
        };
    }

    private static String type(Delivery delivery) {
        var type = text(delivery.event(), "type");
        return StripeEventReader.reads(type) ? type : "other";
    }

    private Object[] row(Delivery delivery) {
        var event = delivery.event();
        var object = event.path("data").path("object");
        var now = OffsetDateTime.now(ZoneOffset.UTC);
        return new Object[] {
            delivery.id(),
            delivery.eventId(),
            text(event, "type"),
            id(object),
            customer(object),
            charge(object),
            donation(object),
            event.path("livemode").asBoolean(false),
            event.path("api_version").stringValue(null),
            createdAt(event).atOffset(ZoneOffset.UTC),
            now,
            delivery.via().word(),
            sealing.seal(delivery.body(), BODY, delivery.id()).bytes(),
            firstStatus(event),
            now,
            StripeEventReader.VERSION
        };
    }

    /// Only what Stripe calls an event: also the "thin" events of its second version, which we cannot read.
    ///
    /// @throws UnreadableEventException if it is none
    private JsonNode parse(byte[] body) {
        try {
            var event = json.readTree(body);
            var object = event.path("object").stringValue("");
            if (!object.equals("event") && !object.equals("v2.core.event")) {
                throw new UnreadableEventException("object");
            }
            text(event, "type");
            return event;
        } catch (JacksonException _) {
            // its message quotes the body
            throw new UnreadableEventException("JSON");
        }
    }

    private String firstStatus(JsonNode event) {
        if (event.path("livemode").asBoolean(false) != livemode) {
            meters.counter("mainstay.stripe.event.verdict", "verdict", "other_mode")
                    .increment();
            return "other_mode";
        }
        if (event.path("object").stringValue("").equals("event") && !StripeEventReader.reads(text(event, "type"))) {
            return "ignored";
        }
        return StripeEventReader.readsVersion(event.path("api_version").stringValue(null)) ? "new" : "quarantined";
    }

    /// Thin events write the time as a text; when it was made does not matter for what is not read.
    private static Instant createdAt(JsonNode event) {
        return event.path("created").isString() ? Instant.now() : time(event, "created");
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
