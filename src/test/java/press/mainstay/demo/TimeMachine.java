package press.mainstay.demo;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.demo.stripe.StripeSimulator;

/// Moves the clock so that everything that falls due on the way happens, in its order and at its time.
public final class TimeMachine {

    /// How long the service may take to come to rest after one step.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A daily job runs once after a jump, however wide: no step is wider than its day.
    private static final Duration WIDEST_STEP = Duration.ofDays(1);

    private final DemoClock clock;
    private final @Nullable StripeSimulator stripe;
    private final JdbcClient mainstay;
    private final Runnable wakeService;
    private final ReentrantLock moving = new ReentrantLock();

    /// @param stripe null where Stripe's own test mode is used, whose time cannot be moved
    /// @param mainstay the service's database
    /// @param wakeService makes the service look at once for due jobs and into its queues
    TimeMachine(DemoClock clock, @Nullable StripeSimulator stripe, JdbcClient mainstay, Runnable wakeService) {
        this.clock = clock;
        this.stripe = stripe;
        this.mainstay = mainstay;
        this.wakeService = wakeService;
    }

    public boolean canMove() {
        return stripe != null;
    }

    /// @param amount a period or a duration, counted in UTC
    /// @return the new time
    public Instant advance(TemporalAmount amount) {
        return advanceTo(clock.instant().atZone(ZoneOffset.UTC).plus(amount).toInstant());
    }

    /// Goes there step by step: from one thing that Stripe does to the next, and at least once a day. Returns when the
    /// service is at rest. Only one move runs at a time; a second one waits.
    ///
    /// @throws DemoException if the clock cannot be moved, or the service does not come to rest
    public Instant advanceTo(Instant target) {
        var simulator = simulator();
        moving.lock();
        try {
            settle(simulator);
            while (clock.instant().isBefore(target)) {
                var widest = clock.instant().plus(WIDEST_STEP);
                var step =
                        simulator.nextDue().filter(due -> due.isBefore(widest)).orElse(widest);
                clock.moveTo(step.isBefore(target) ? step : target);
                settle(simulator);
            }
            return clock.instant();
        } finally {
            moving.unlock();
        }
    }

    /// Lets happen what is due now, and waits until the service has nothing left to do. A second passes, since Stripe
    /// does not tell the order of what happens within one: what comes after this comes later for everybody.
    ///
    /// @throws DemoException if it does not come to rest
    public void settle() {
        var simulator = simulator();
        moving.lock();
        try {
            clock.forward(Duration.ofSeconds(1));
            settle(simulator);
        } finally {
            moving.unlock();
        }
    }

    private void settle(StripeSimulator simulator) {
        simulator.runDue();
        simulator.deliver();
        awaitRest();
        // the service may have asked Stripe for something, which has events of its own
        simulator.deliver();
        awaitRest();
    }

    private StripeSimulator simulator() {
        if (stripe == null) {
            throw new DemoException("Stripe's test mode has its own time: the clock can be moved only where Stripe is"
                    + " played, that is without STRIPE_API_KEY.");
        }
        return stripe;
    }

    private void awaitRest() {
        if (unfinished().isEmpty()) {
            return;
        }
        try {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        wakeService.run();
                        return unfinished().isEmpty();
                    });
        } catch (ConditionTimeoutException _) {
            throw new DemoException("The service did not come to rest within " + PATIENCE.toSeconds() + " seconds: "
                    + String.join(", ", unfinished()) + ".");
        }
    }

    /// What the service still has to do, for people; empty at rest. One statement, which sees one moment: what one
    /// kind of work leaves to another is never between two looks.
    ///
    /// The queues go by the machine's time, the scheduler by the demo's. A letter to a customer whom nobody knows
    /// yet is not due.
    private List<String> unfinished() {
        return mainstay.sql("""
                        select 'Stripe event ' || event_id from stripe_event
                        where status = 'new' and next_try_at <= clock_timestamp()
                        union all
                        select 'letter ' || id from letter
                        where status = 'sending' or status = 'waiting' and next_try_at <= clock_timestamp()
                            and (supporter is not null or customer is null)
                        union all
                        select 'job ' || task_name from scheduled_tasks where picked or execution_time <= :now
                        """)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(String.class)
                .list();
    }
}
