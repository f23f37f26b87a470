package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The same key gets the same answer, for 24 hours by the demo's clock.
///
/// @see <a href="https://docs.stripe.com/api/idempotent_requests">Idempotent requests</a>
final class Idempotency {

    private static final String TYPE = "idempotency_key";
    private static final Duration KEPT = Duration.ofHours(24);
    private static final int LONGEST = 255;

    private final World world;
    private final Map<String, Long> busyUntil = new HashMap<>();

    Idempotency(World world) {
        this.world = world;
    }

    /// Within a change of the world.
    ///
    /// @param takes how long the answer will be under way: as long, the key is in use
    Answer once(Call call, String request, Duration takes, Supplier<Answer> work) {
        var key = call.idempotencyKey();
        if (key == null || !call.method().equals("POST")) {
            return work.get();
        }
        if (key.length() > LONGEST) {
            throw Refusal.invalid("idempotency_key_too_long", "Idempotency keys are at most 255 characters.", null);
        }
        var fingerprint = call.path() + call.params().fingerprint();
        inUse(key, takes);
        var known = known(key);
        if (known != null) {
            if (!Json.need(known.body(), "fingerprint").equals(fingerprint)) {
                throw new Refusal(
                        400,
                        "idempotency_error",
                        null,
                        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                                + "Try using a key other than '" + key
                                + "' if you meant to execute a different request.",
                        null);
            }
            return new Answer(
                            (int) Json.number(known.body(), "status"),
                            "application/json",
                            Json.need(known.body(), "answer"),
                            Map.of())
                    .with("Idempotent-Replayed", "true")
                    .with("Original-Request", Json.need(known.body(), "request"));
        }
        var answer = work.get();
        if (answer.status() < 300 || answer.status() >= 500) {
            keep(key, fingerprint, request, answer);
        }
        return answer;
    }

    private void inUse(String key, Duration takes) {
        long now = System.nanoTime();
        busyUntil.values().removeIf(until -> until - now <= 0);
        if (busyUntil.containsKey(key)) {
            throw new Refusal(
                    409,
                    "invalid_request_error",
                    "idempotency_key_in_use",
                    "There is currently another in-progress request using this Idempotent Key (" + key
                            + "), that probably means you submitted twice, and the other request is still going through.",
                    null);
        }
        if (takes.isPositive()) {
            busyUntil.put(key, now + takes.toNanos());
        }
    }

    private @Nullable Stored known(String key) {
        var known = world.store.find(TYPE, id(key));
        if (known == null || world.now() - Json.number(known.body(), "created") < KEPT.toSeconds()) {
            return known;
        }
        world.store.remove(known);
        return null;
    }

    private void keep(String key, String fingerprint, String request, Answer answer) {
        world.store.add(
                TYPE,
                id(key),
                Json.object(
                        "created", world.now(),
                        "fingerprint", fingerprint,
                        "request", request,
                        "status", answer.status(),
                        "answer", answer.body()),
                Json.object());
    }

    private static String id(String key) {
        return "key:" + key;
    }

    /// Lets go of keys that are too old to be replayed.
    void forget() {
        for (var key : world.store.copyOf(TYPE)) {
            if (world.now() - Json.number(key.body(), "created") < KEPT.toSeconds()) {
                return;
            }
            world.store.remove(key);
        }
    }
}
