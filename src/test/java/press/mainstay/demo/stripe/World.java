package press.mainstay.demo.stripe;

import com.stripe.Stripe;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What all parts share: the objects, the time, new ids, and what the outside is told. One change at a time.
final class World {

    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    final Store store;
    private final Clock clock;
    private final Consumer<Stored> told;
    private final Runnable afterChange;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Instant moment;
    private @Nullable String request;
    private @Nullable String idempotencyKey;

    /// @param told hears of each new event, within the change that made it
    /// @param afterChange runs when a change is written
    World(Store store, Clock clock, Consumer<Stored> told, Runnable afterChange) {
        this.store = store;
        this.clock = clock;
        this.told = told;
        this.afterChange = afterChange;
    }

    /// Does the work alone, writes what it changed, then lets the webhooks go.
    <T extends @Nullable Object> T change(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            try {
                if (lock.getHoldCount() == 1) {
                    store.flush();
                }
            } finally {
                lock.unlock();
            }
            if (!lock.isHeldByCurrentThread()) {
                afterChange.run();
            }
        }
    }

    /// A change that may be lost with the machine: it is written with the next one.
    void note(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    void run(Runnable work) {
        change(() -> {
            work.run();
            return true;
        });
    }

    /// As part of a call to the API, which its events then name.
    <T> T call(String request, @Nullable String idempotencyKey, Supplier<T> work) {
        this.request = request;
        this.idempotencyKey = idempotencyKey;
        try {
            return work.get();
        } finally {
            this.request = null;
            this.idempotencyKey = null;
        }
    }

    /// As if it were that moment: what fell due while the clock jumped happened when it was due.
    void at(Instant moment, Runnable work) {
        this.moment = moment;
        try {
            work.run();
        } finally {
            this.moment = null;
        }
    }

    Instant instant() {
        return moment != null ? moment : clock.instant();
    }

    /// In Stripe's unit: whole seconds.
    long now() {
        return instant().getEpochSecond();
    }

    Clock clock() {
        return clock;
    }

    String id(String prefix) {
        return id(prefix, 24);
    }

    String id(String prefix, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        var id = new StringBuilder(prefix);
        for (var one : bytes) {
            id.append(LETTERS.charAt(Math.floorMod(one, LETTERS.length())));
        }
        return id.toString();
    }

    Stored add(ObjectNode body) {
        return add(body, Json.object());
    }

    Stored add(ObjectNode body, ObjectNode hidden) {
        return store.add(Json.need(body, "object"), Json.need(body, "id"), body, hidden);
    }

    void alter(Stored stored, Consumer<ObjectNode> change) {
        change.accept(stored.body());
        store.save(stored);
    }

    /// Changes an object and tells of it.
    void alter(Stored stored, String event, Consumer<ObjectNode> change) {
        var before = event.endsWith(".updated") || event.equals("charge.refunded")
                ? stored.body().deepCopy()
                : null;
        alter(stored, change);
        tell(event, stored, before == null ? null : Json.previous(before, stored.body()));
    }

    void tell(String event, Stored stored) {
        tell(event, stored, null);
    }

    private void tell(String type, Stored stored, @Nullable JsonNode previous) {
        var data = Json.object("object", stored.body().deepCopy());
        if (previous != null) {
            data.set("previous_attributes", previous);
        }
        var event = Json.body("""
                        {"object": "event", "livemode": false, "pending_webhooks": 1}
                        """)
                .with("id", id("evt_1"))
                .with("api_version", Stripe.API_VERSION)
                .with("created", now())
                .with("data", data)
                .with("request", Json.object("id", request, "idempotency_key", idempotencyKey))
                .with("type", type)
                .json();
        told.accept(add(event, Json.object("pending", true)));
    }
}
