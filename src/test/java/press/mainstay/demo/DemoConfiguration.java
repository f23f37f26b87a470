package press.mainstay.demo;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.net.URI;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.shared.QueueWorker;

/// What demo and tests add to the service. Without a stereotype, so that component scan passes by: name it as a source.
public class DemoConfiguration {

    private final ObjectProvider<StripeSimulator> stripe;

    DemoConfiguration(ObjectProvider<StripeSimulator> stripe) {
        this.stripe = stripe;
    }

    @Bean
    TimeMachine timeMachine(
            DemoClock clock, JdbcClient jdbc, ObjectProvider<Scheduler> scheduler, List<QueueWorker> queues) {
        return new TimeMachine(clock, stripe.getIfAvailable(), jdbc, () -> {
            scheduler.ifAvailable(Scheduler::triggerCheckForDueExecutions);
            queues.forEach(QueueWorker::wake);
        });
    }

    @Bean
    RouterFunction<ServerResponse> demoPages(DemoMail mail, DemoClock clock, TimeMachine machine) {
        var simulator = stripe.getIfAvailable();
        return new DemoPages(mail, clock, machine, simulator == null ? null : simulator.url()).routes();
    }

    @EventListener
    void sendWebhooks(WebServerInitializedEvent started) {
        if (!"management".equals(started.getApplicationContext().getServerNamespace())) {
            var endpoint =
                    URI.create("http://localhost:" + started.getWebServer().getPort() + "/webhooks/stripe");
            stripe.ifAvailable(simulator -> simulator.sendWebhooksTo(endpoint, Surroundings.WEBHOOK_SECRET));
        }
    }
}
