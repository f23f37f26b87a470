package press.mainstay.desk;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToLongFunction;
import org.springframework.stereotype.Component;
import press.mainstay.desk.BooksWatch.Figures;

/// How the books stand, for whoever draws curves. Counted in the database, so that every node says the same.
@Component
class BooksMetrics implements MeterBinder {

    private final BooksWatch watch;

    BooksMetrics(BooksWatch watch) {
        this.watch = watch;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "mainstay.stripe.inbox.oldest", "seconds", Figures::oldestWaiting);
        gauge(registry, "mainstay.stripe.inbox.waiting", "events", Figures::waiting);
        gauge(registry, "mainstay.stripe.inbox.quarantined", "events", Figures::quarantined);
        gauge(registry, "mainstay.stripe.inbox.dead", "events", Figures::dead);
        gauge(registry, "mainstay.stripe.poll.age", "seconds", Figures::sincePoll);
        gauge(registry, "mainstay.stripe.first.seen.by.poll", "events", Figures::byPollToday);
        gauge(registry, "mainstay.books.drift", "figures", Figures::drift);
        gauge(registry, "mainstay.books.unassigned", "payments", Figures::unassigned);
        gauge(registry, "mainstay.books.unsettled", "payments", Figures::unsettled);
        gauge(registry, "mainstay.letter.oldest", "seconds", Figures::oldestLetter);
    }

    private void gauge(MeterRegistry registry, String name, String unit, ToLongFunction<Figures> figure) {
        Gauge.builder(name, () -> figure.applyAsLong(watch.figures()))
                .baseUnit(unit)
                .register(registry);
    }
}
