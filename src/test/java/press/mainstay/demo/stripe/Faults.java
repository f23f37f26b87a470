package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Makes Stripe's API ill, for tests.
public final class Faults {

    enum Kind {
        SLOW,
        RATE_LIMITED,
        BROKEN,
        BROKEN_WITHOUT_BODY,
        HTML,
        RESET,
        LOST_RESPONSE,
        DRIP
    }

    record Fault(Kind kind, Duration time, @Nullable Boolean shouldRetry) {}

    private record Rule(String prefix, AtomicInteger left, Fault fault) {}

    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    Faults() {}

    /// The next calls whose path begins so, such as `/v1/checkout/sessions`, or `POST /v1/refunds` for one method only.
    public Ill next(int calls, String pathPrefix) {
        return new Ill(calls, pathPrefix);
    }

    /// All calls whose path begins so, until [#clear()].
    public Ill all(String pathPrefix) {
        return new Ill(Integer.MAX_VALUE, pathPrefix);
    }

    public void clear() {
        rules.clear();
    }

    @Nullable
    Fault strike(String method, String path) {
        for (var rule : rules) {
            var matches = path.startsWith(rule.prefix()) || (method + " " + path).startsWith(rule.prefix());
            if (matches && rule.left().getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return rule.fault();
            }
        }
        return null;
    }

    /// What happens to the chosen calls.
    public final class Ill {

        private final int calls;
        private final String prefix;

        private Ill(int calls, String prefix) {
            this.calls = calls;
            this.prefix = prefix;
        }

        /// The work is done at once, the answer comes late; meanwhile the idempotency key is in use.
        public void delay(Duration time) {
            add(Kind.SLOW, time, null);
        }

        /// 429.
        ///
        /// @param shouldRetry the header `Stripe-Should-Retry`; null: not sent
        public void rateLimit(@Nullable Boolean shouldRetry) {
            add(Kind.RATE_LIMITED, Duration.ZERO, shouldRetry);
        }

        /// 500 as JSON; nothing is done, and the idempotency key remembers the 500.
        public void serverError() {
            add(Kind.BROKEN, Duration.ZERO, null);
        }

        /// 500 without a body; nothing is done, and the key is not used up.
        public void emptyServerError() {
            add(Kind.BROKEN_WITHOUT_BODY, Duration.ZERO, null);
        }

        /// 200 with a web page, as a captive proxy would send it.
        public void html() {
            add(Kind.HTML, Duration.ZERO, null);
        }

        /// The connection is reset and nothing is done.
        public void reset() {
            add(Kind.RESET, Duration.ZERO, null);
        }

        /// The work is done, but the connection is reset before the answer.
        public void loseResponse() {
            add(Kind.LOST_RESPONSE, Duration.ZERO, null);
        }

        /// The answer comes in small pieces over this time.
        public void drip(Duration time) {
            add(Kind.DRIP, time, null);
        }

        private void add(Kind kind, Duration time, @Nullable Boolean shouldRetry) {
            rules.add(new Rule(prefix, new AtomicInteger(calls), new Fault(kind, time, shouldRetry)));
        }
    }
}
