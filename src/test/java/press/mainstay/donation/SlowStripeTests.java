package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.stripe.StripeSimulator;

@FeatureTest
class SlowStripeTests {

    private static final int READERS = 300;
    private static final Duration SLOW = Duration.ofSeconds(2);
    private static final Map<String, String> FORM = Map.of("frequency", "once", "amount", "10", "currency", "usd");

    @Autowired
    private Visitor service;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private HikariDataSource database;

    @AfterEach
    void heal() {
        stripe.faults().clear();
    }

    @Test
    void whileStripeThinksNobodyHoldsAConnectionToTheDatabase() throws Exception {
        stripe.faults().all("POST /v1/checkout/sessions").delay(Duration.ofSeconds(5));
        stripe.clearCalls();
        try (var browsers = Executors.newVirtualThreadPerTaskExecutor()) {
            var readers = startAll(browsers);

            await().pollInterval(Duration.ofMillis(20)).until(() -> sessionsAskedFor() == READERS);
            await("the workers of the queues may hold one each, now and then")
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> database.getHikariPoolMXBean().getActiveConnections() <= 3);
            assertThat(readers).noneMatch(Future::isDone);

            for (var answer : readers) {
                assertThat(answer.get()).isEqualTo(303);
            }
        }
    }

    /// Beside the same number of calls to Stripe alone, in turn, since machines are noisy.
    @Test
    @Tag("bench")
    void threeHundredReadersContinueWhileStripeTakesTwoSeconds() throws Exception {
        stripe.faults().all("POST /v1/checkout/sessions").delay(SLOW);
        for (var round = 0; round < 5; round++) {
            var bare = millisecondsUntilTheLast(
                    HttpRequest.newBuilder(stripe.url().resolve("/v1/checkout/sessions"))
                            .header("Authorization", "Bearer sk_test_demo")
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString("mode=payment&success_url=http://localhost/"
                                    + "&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd"
                                    + "&line_items[0][price_data][unit_amount]=1000"
                                    + "&line_items[0][price_data][product]=mainstay_once"))
                            .build(),
                    200);
            var ours = millisecondsUntilTheLast(
                    HttpRequest.newBuilder(service.origin().resolve("/donations"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString("frequency=once&amount=10&currency=usd"))
                            .build(),
                    303);
            LoggerFactory.getLogger(getClass())
                    .info(
                            "{} readers at once, Stripe slow by {} ms: the last one was sent on after {} ms; bare calls {} ms",
                            READERS,
                            SLOW.toMillis(),
                            ours,
                            bare);
        }
    }

    private static long millisecondsUntilTheLast(HttpRequest request, int expected) {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var start = System.nanoTime();
            var answers = IntStream.range(0, READERS)
                    .mapToObj(_ -> client.sendAsync(request, BodyHandlers.discarding()))
                    .toList();
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(expected));
            return (System.nanoTime() - start) / 1_000_000;
        }
    }

    private long sessionsAskedFor() {
        return stripe.calls().stream()
                .filter(call -> call.path().equals("/v1/checkout/sessions"))
                .count();
    }

    private List<Future<Integer>> startAll(ExecutorService browsers) {
        return IntStream.range(0, READERS)
                .mapToObj(_ -> browsers.submit((Callable<Integer>)
                        () -> service.post("/donations", FORM).status()))
                .toList();
    }
}
