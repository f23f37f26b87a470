package press.mainstay.stripe;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import com.stripe.Stripe;
import com.stripe.StripeClient;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import press.mainstay.sealing.SealedColumn;
import press.mainstay.shared.QueueWorker;

@Configuration
class StripeConfiguration {

    @Bean
    StripeClient stripeClient(StripeProperties properties) {
        Stripe.enableTelemetry = false; // it would write a file with an id to the home folder
        var client = StripeClient.builder()
                .setApiKey(properties.apiKey())
                .setConnectTimeout(3_000)
                .setReadTimeout(20_000)
                .setMaxNetworkRetries(0); // the gateway repeats by its own rules
        if (properties.apiBase() != null) {
            client.setApiBase(properties.apiBase().toString());
        }
        return client.build();
    }

    @Bean
    QueueWorker stripeEventWorker(StripeInbox inbox) {
        return new QueueWorker("stripe_event", inbox::applyDue);
    }

    @Bean
    SealedColumn stripeEventBody() {
        return new SealedColumn("stripe_event", "id", "body", StripeEventLog.BODY);
    }

    @Bean
    SealedColumn stripeEventReason() {
        return new SealedColumn("stripe_event", "id", "ignored_because", StripeInbox.REASON);
    }

    @Bean
    CustomTask<Void> stripeRefetchTask(StripeRefetch refetch) {
        return refetch.task();
    }

    /// After an upgrade, until nothing is left that an earlier release judged.
    @Bean
    RecurringTask<Void> stripeReadAnewTask(StripeInbox inbox, QueueWorker stripeEventWorker) {
        return Tasks.recurring("stripe-read-anew", Schedules.fixedDelay(Duration.ofMinutes(1)))
                .execute((_, _) -> {
                    if (inbox.readAnew() > 0) {
                        stripeEventWorker.wake();
                    }
                });
    }

    /// Started on demand, and resumed by whichever node is there. Gives up its thread now and then, so that a node
    /// that stops need not wait.
    @Bean
    CustomTask<Void> stripeImportTask(StripeImport imports) {
        return Tasks.custom(StripeImport.TASK, Void.class)
                .onFailure(new FailureHandler.ExponentialBackoffFailureHandler<>(Duration.ofSeconds(30), 1.5))
                .execute((_, _) -> imports.work(Duration.ofSeconds(30))
                        ? new CompletionHandler.OnCompleteReschedule<>(Schedules.fixedDelay(Duration.ZERO))
                        : new CompletionHandler.OnCompleteRemove<>());
    }

    @Bean
    RecurringTask<Void> stripePollTask(StripePoll poll, StripeProperties properties) {
        return Tasks.recurring("stripe-poll", Schedules.fixedDelay(properties.pollEvery()))
                .execute((_, _) -> poll.run());
    }
}
