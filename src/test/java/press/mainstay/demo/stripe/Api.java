package press.mainstay.demo.stripe;

import com.stripe.Stripe;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.Faults.Fault;

/// The front of the API: who calls, with which key, and with what headers it answers.
final class Api {

    private static final int REMEMBERED = 10_000;

    private final World world;
    private final Routes routes;
    private final Expansion expansion;
    private final Idempotency idempotency;
    private final Deque<RecordedCall> calls = new ArrayDeque<>();

    Api(World world, Routes routes, Expansion expansion, Idempotency idempotency) {
        this.world = world;
        this.routes = routes;
        this.expansion = expansion;
        this.idempotency = idempotency;
    }

    /// @param fault what is wrong with Stripe during this call
    Answer answer(Call call, @Nullable Fault fault) {
        record(call);
        var request = world.id("req_", 14);
        var answer = world.change(() -> {
            try {
                authenticate(call.authorization());
                if (fault != null && fault.kind() == Faults.Kind.RATE_LIMITED) {
                    throw new Refusal(429, "invalid_request_error", "rate_limit", "Request rate limit exceeded.", null);
                }
                var takes = fault != null && fault.kind() == Faults.Kind.SLOW ? fault.time() : Duration.ZERO;
                return idempotency.once(call, request, takes, () -> work(call, request, fault));
            } catch (Refusal refusal) {
                return Answer.json(refusal.status, refusal.body);
            }
        });
        if (fault != null && fault.shouldRetry() != null) {
            answer = answer.with("Stripe-Should-Retry", fault.shouldRetry().toString());
        }
        var date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                world.clock().instant().atZone(ZoneOffset.UTC));
        if (call.idempotencyKey() != null) {
            answer = answer.with("Idempotency-Key", call.idempotencyKey());
        }
        return answer.with("Request-Id", request)
                .with("Date", date)
                .with("Stripe-Version", call.version() == null ? Stripe.API_VERSION : call.version());
    }

    private Answer work(Call call, String request, @Nullable Fault fault) {
        if (fault != null && fault.kind() == Faults.Kind.BROKEN) {
            return Answer.json(500, new Refusal(500, "api_error", null, "An unknown error occurred", null).body);
        }
        return world.call(
                request,
                call.idempotencyKey(),
                () -> Answer.json(200, expansion.expand(routes.run(call), expand(call))));
    }

    private static List<String> expand(Call call) {
        return call.params().texts("expand");
    }

    private static void authenticate(@Nullable String authorization) {
        if (authorization == null || authorization.isBlank()) {
            throw new Refusal(
                    401,
                    "invalid_request_error",
                    null,
                    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.",
                    null);
        }
        if (!authorization.matches("Bearer (sk|rk)_test_\\w+")) {
            throw new Refusal(401, "invalid_request_error", null, "Invalid API Key provided", null);
        }
    }

    private void record(Call call) {
        synchronized (calls) {
            if (calls.size() == REMEMBERED) {
                calls.removeFirst();
            }
            calls.addLast(new RecordedCall(
                    call.method(),
                    call.path(),
                    call.idempotencyKey(),
                    call.params().flat()));
        }
    }

    List<RecordedCall> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    void clearCalls() {
        synchronized (calls) {
            calls.clear();
        }
    }
}
