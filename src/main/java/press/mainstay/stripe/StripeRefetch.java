package press.mainstay.stripe;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.stereotype.Component;

/// Asks Stripe how an object really stands whose news is in doubt. One question for an object and a second,
/// however often it is wished for: the wish is a row, written in the transaction that noticed the doubt.
@Component
public class StripeRefetch {

    private static final Logger log = LoggerFactory.getLogger(StripeRefetch.class);
    private static final Duration SOON_AGAIN = Duration.ofSeconds(10);
    private static final double SLOWER_EACH_TIME = 2;

    private final StripeGateway stripe;
    private final StripeInbox inbox;
    private final MeterRegistry meters;
    private final Clock clock;
    private final CustomTask<Void> task;
    private final SchedulerClient scheduler;

    StripeRefetch(StripeGateway stripe, StripeInbox inbox, MeterRegistry meters, Clock clock, DataSource dataSource) {
        this.stripe = stripe;
        this.inbox = inbox;
        this.meters = meters;
        this.clock = clock;
        task = Tasks.custom("stripe-refetch", Void.class)
                .onFailure(new FailureHandler.ExponentialBackoffFailureHandler<>(SOON_AGAIN, SLOWER_EACH_TIME))
                .execute((execution, _) -> {
                    var parts = execution.getId().split("@");
                    return refetch(parts[0], Instant.ofEpochSecond(Long.parseLong(parts[1])))
                            ? new CompletionHandler.OnCompleteRemove<>()
                            : new CompletionHandler.OnCompleteReschedule<>(Schedules.fixedDelay(Duration.ofSeconds(2)));
                });
        scheduler = SchedulerClient.Builder.create(new TransactionAwareDataSourceProxy(dataSource), task)
                .build();
    }

    CustomTask<Void> task() {
        return task;
    }

    /// @param object an id that [StripeGateway#ask] knows
    /// @param second Stripe's, of the news in doubt
    public void wish(String object, Instant second) {
        if (scheduler.scheduleIfNotExists(task.instance(object + "@" + second.getEpochSecond()), clock.instant())) {
            meters.counter("mainstay.stripe.refetch").increment();
        }
    }

    /// No answer is put over newer news: each carries the second before which it was true, and takes its place
    /// in Stripe's order by that.
    ///
    /// @return whether the answer is of after that second, and so decides
    private boolean refetch(String object, Instant second) {
        var answer = stripe.retrieve(object);
        answer.flatMap(found -> found.read(StripeEvent.SubscriptionChanged.Via.ANSWER))
                .ifPresent(event -> inbox.apply(List.of(event)));
        log.info("Asked Stripe how {} stands", object);
        return answer.isEmpty() || answer.get().stamp().isAfter(second);
    }
}
