package press.mainstay.shared;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long to wait before the next try: four times longer with each one up to a bound, and up to half of that more by
/// chance, so that what failed together does not come back together.
///
/// @param first after the first try
/// @param longest less the chance
public record Backoff(Duration first, Duration longest) {

    /// @param attempts how many there were, from 1
    public Duration after(int attempts) {
        var pause = first.multipliedBy(1L << Math.min(2 * (attempts - 1), 20));
        var bounded = pause.compareTo(longest) < 0 ? pause : longest;
        return bounded.plusMillis(ThreadLocalRandom.current().nextLong(bounded.toMillis() / 2 + 1));
    }
}
