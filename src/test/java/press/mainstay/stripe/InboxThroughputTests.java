package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;

/// Events a second from Stripe's request until they are applied, beside as many bare inserts of the same size, each
/// committed, in the same run. The server of the tests runs without fsync, for both.
@FeatureTest
@Tag("bench")
class InboxThroughputTests {

    private static final int GIFTS = 400;
    private static final int CONNECTIONS = 16;
    private static final String PADDING = "x".repeat(3_500);

    @Autowired
    private Visitor visitor;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void eventsASecond() throws Exception {
        jdbc.sql("create table bare (id uuid primary key, body bytea)").update();
        for (var round = 0; round < 5; round++) {
            var events = events();
            var bare = perSecond(events, event -> {
                jdbc.sql("insert into bare values (:id, :body)")
                        .param("id", UUID.randomUUID())
                        .param("body", event.getBytes())
                        .update();
                return 200;
            });
            var stripe = new Webhooks(visitor.origin(), "whsec_demo");
            var start = System.nanoTime();
            var kept = perSecond(events, stripe::deliver);
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofMinutes(1))
                    .until(this::allApplied);
            var applied = events.size() / ((System.nanoTime() - start) / 1e9);
            LoggerFactory.getLogger(getClass())
                    .info("events/s: kept {}, kept and applied {}; bare inserts {}", (int) kept, (int) applied, (int)
                            bare);
        }
    }

    /// Six events a gift, of about 4 kB each.
    private static List<String> events() {
        return IntStream.range(0, GIFTS)
                .mapToObj(_ -> Story.of(UUID.randomUUID()))
                .flatMap(story -> story.monthly().stream())
                .map(event -> event.replace("\"livemode\"", "\"padding\": \"" + PADDING + "\", \"livemode\""))
                .toList();
    }

    private static double perSecond(List<String> events, ToIntFunction<String> send) throws Exception {
        try (var senders = Executors.newFixedThreadPool(CONNECTIONS)) {
            var start = System.nanoTime();
            for (var answer : senders.invokeAll(events.stream()
                    .map(event -> (Callable<Integer>) () -> send.applyAsInt(event))
                    .toList())) {
                assertThat(answer.get()).isEqualTo(200);
            }
            return events.size() / ((System.nanoTime() - start) / 1e9);
        }
    }

    private boolean allApplied() {
        return jdbc.sql("select not exists (select from stripe_event where status = 'new')")
                .query(Boolean.class)
                .single();
    }
}
