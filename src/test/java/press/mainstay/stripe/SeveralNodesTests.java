package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.TimeMachine;

/// Nodes share nothing but the database, so threads that empty the inbox side by side stand for them.
@FeatureTest
class SeveralNodesTests {

    @Autowired
    private Visitor visitor;

    @Autowired
    private StripeInbox inbox;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void eventsThatAreAppliedAtOnceMissNothingOfEachOther() throws Exception {
        var stripe = new Webhooks(visitor.origin(), "whsec_demo");
        var stories = IntStream.range(0, 150)
                .mapToObj(_ -> Story.of(UUID.randomUUID()))
                .toList();
        var more = new AtomicBoolean(true);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var nodes = IntStream.range(0, 4)
                    .<Future<?>>mapToObj(_ -> threads.submit(() -> {
                        while (more.get()) {
                            inbox.applyDue();
                        }
                    }))
                    .toList();
            var senders = new ArrayList<Future<?>>();
            for (var story : stories) {
                story.monthly().forEach(event -> senders.add(threads.submit(() -> stripe.deliver(event))));
            }
            await(senders);
            more.set(false);
            await(nodes);
        }
        time.settle();

        assertThat(stories).allSatisfy(story -> assertThat(linked(story)).isEqualTo(story.donation() + " 1"));
    }

    private static void await(List<Future<?>> tasks) throws Exception {
        for (var task : tasks) {
            task.get();
        }
    }

    /// The donation that the payment led to, and how many receipts it has.
    private String linked(Story story) {
        return jdbc.sql("""
                        select donation || ' ' || (select count(*) from letter where about = charge) from payment
                        where charge = :charge
                        """).param("charge", story.charge()).query(String.class).single();
    }
}
