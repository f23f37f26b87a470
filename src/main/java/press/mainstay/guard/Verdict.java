package press.mainstay.guard;

import java.time.Duration;

/// What to do with a form that anybody can send.
public sealed interface Verdict {

    /// Do what it asks.
    record Admitted() implements Verdict {}

    /// Do nothing, and answer as if it were done: this e-mail address was typed often enough today. Whoever
    /// typed it learns nothing, and its owner, who has got letters of us, gets no more of them.
    record Silent() implements Verdict {}

    /// Too much came from this network. Answer with status 429, the header `Retry-After` and a form that still
    /// holds what was typed.
    ///
    /// @param retryAfter whole seconds
    record TooMany(Duration retryAfter) implements Verdict {

        /// For people, who count in minutes.
        public long minutes() {
            return retryAfter.plusSeconds(59).toMinutes();
        }
    }
}
