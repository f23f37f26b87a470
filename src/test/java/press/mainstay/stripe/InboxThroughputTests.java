package press.mainstay.stripe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.stripe.net.Webhook;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.shared.QueueWorker;

/// How many events a second the inbox keeps and applies, beside a bare loop that only makes the same durable
/// insert, in the same run and on the same server, with `fsync`. The load comes from this machine over 16
/// connections; signatures are made beforehand.
///
/// `./mvnw test -Pbench -Dtest=InboxThroughputTests`; see `docs/benchmarks.md`.
@FeatureTest
@TestPropertySource(properties = {"spring.application.name=throughput", "server.tomcat.max-keep-alive-requests=-1"})
@Tag("bench")
class InboxThroughputTests {

    private static final Logger log = LoggerFactory.getLogger(InboxThroughputTests.class);
    private static final int ROUNDS = 8;
    private static final int GIFTS = 1_000;
    private static final int CONNECTIONS = 16;
    private static final String PADDING = "x".repeat(3_300);

    @Autowired
    private Visitor visitor;

    @Autowired
    private QueueWorker stripeEventWorker;

    @Autowired
    private QueueWorker letterWorker;

    @Autowired
    private JdbcClient jdbc;

    @Value("${spring.datasource.url}")
    private String url;

    @Value("${spring.datasource.username}")
    private String user;

    @Test
    void eventsASecond() throws Exception {
        assertThat(jdbc.sql("show fsync").query(String.class).single()).isEqualTo("on");
        assertThat(jdbc.sql("show synchronous_commit").query(String.class).single())
                .isEqualTo("on");
        jdbc.sql("create table bare (like stripe_event including all)").update();
        letterWorker.stop(); // the receipts are promised; how fast a mail server is does not matter here
        for (int round = 1; round <= ROUNDS; round++) {
            var bare = bareInserts();

            stripeEventWorker.stop();
            var kept = deliver();
            var start = System.nanoTime();
            stripeEventWorker.start();
            stripeEventWorker.wake();
            var applied = kept.events() / untilAllAreApplied(start);

            var startBoth = System.nanoTime();
            var both = deliver();
            var throughout = both.events() / untilAllAreApplied(startBoth);
            log.info(
                    "round {}: kept {}/s (p50 {} ms, p99 {} ms), bare {}/s (p50 {} ms, p99 {} ms), ratio {}; applied {}/s; kept and applied at once {}/s; heap {} MB",
                    round,
                    (int) kept.perSecond(),
                    kept.percentile(50),
                    kept.percentile(99),
                    (int) bare.perSecond(),
                    bare.percentile(50),
                    bare.percentile(99),
                    "%.2f".formatted(kept.perSecond() / bare.perSecond()),
                    (int) applied,
                    (int) throughout,
                    heap());
        }
        stripeEventWorker.stop();
        stripeEventWorker.start();
    }

    /// @param nanos how long each took, sorted
    private record Run(int events, double seconds, long[] nanos) {

        private double perSecond() {
            return events / seconds;
        }

        private String percentile(int percent) {
            return "%.1f".formatted(nanos[(int) ((nanos.length - 1) * percent / 100.0)] / 1e6);
        }
    }

    private interface Work {
        void one(int index) throws Exception;
    }

    private interface Worker {
        Work connected() throws Exception;
    }

    private static Run run(int events, Worker worker) throws Exception {
        var next = new AtomicInteger();
        var nanos = new long[events];
        try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            var works = new ArrayList<Work>();
            for (int i = 0; i < CONNECTIONS; i++) {
                works.add(worker.connected());
            }
            var start = System.nanoTime();
            for (var done : threads.invokeAll(works.stream()
                    .map(work -> (Callable<Integer>) () -> {
                        for (int i = next.getAndIncrement(); i < events; i = next.getAndIncrement()) {
                            var from = System.nanoTime();
                            work.one(i);
                            nanos[i] = System.nanoTime() - from;
                        }
                        return 0;
                    })
                    .toList())) {
                done.get();
            }
            var seconds = (System.nanoTime() - start) / 1e9;
            Arrays.sort(nanos);
            return new Run(events, seconds, nanos);
        }
    }

    private Run deliver() throws Exception {
        var requests = requests();
        return run(requests.size(), () -> {
            var socket = new Socket(visitor.origin().getHost(), visitor.origin().getPort());
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            return index -> {
                socket.getOutputStream().write(requests.get(index));
                assertThat(status(in)).isEqualTo(200);
            };
        });
    }

    /// Reads one answer without a body.
    private static int status(InputStream in) throws IOException {
        var line = new StringBuilder();
        int status = 0;
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("The connection was closed");
            }
            if (octet != '\n') {
                line.append((char) octet);
                continue;
            }
            if (status == 0) {
                status = Integer.parseInt(line.substring(9, 12));
            } else if (line.length() <= 1) {
                return status;
            }
            line.setLength(0);
        }
    }

    private List<byte[]> requests() {
        return events().stream().map(this::request).toList();
    }

    /// Six events a gift, of about 4 kB each.
    private static List<String> events() {
        return IntStream.range(0, GIFTS)
                .mapToObj(_ -> Story.of(UUID.randomUUID()))
                .flatMap(story -> story.monthly().stream())
                .map(event -> event.replace("\"livemode\"", "\"padding\": \"" + PADDING + "\", \"livemode\""))
                .toList();
    }

    private byte[] request(String event) {
        try {
            long at = Instant.now().getEpochSecond();
            var body = event.getBytes(UTF_8);
            var head = """
                    POST /webhooks/stripe HTTP/1.1\r
                    Host: localhost:%d\r
                    Content-Type: application/json; charset=utf-8\r
                    Content-Length: %d\r
                    Stripe-Signature: t=%d,v1=%s\r
                    \r
                    """.formatted(
                            visitor.origin().getPort(),
                            body.length,
                            at,
                            Webhook.Util.computeHmacSha256("whsec_demo", at + "." + event))
                    .getBytes(US_ASCII);
            var request = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, request, head.length, body.length);
            return request;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Run bareInserts() throws Exception {
        var bodies = events().stream().map(event -> event.getBytes(UTF_8)).toList();
        var connections = new ArrayList<Connection>();
        try {
            return run(bodies.size(), () -> {
                var connection = DriverManager.getConnection(url, user, "");
                connections.add(connection);
                var insert = connection.prepareStatement("""
                        insert into bare (id, event_id, type, livemode, created_at, received_at, via, body, status, next_try_at)
                        values (?, ?, 'charge.succeeded', false, ?, ?, 'webhook', ?, 'new', ?)
                        on conflict (event_id) do nothing
                        """);
                return index -> {
                    var now = OffsetDateTime.now(ZoneOffset.UTC);
                    insert.setObject(1, UUID.randomUUID());
                    insert.setString(2, UUID.randomUUID().toString());
                    insert.setObject(3, now);
                    insert.setObject(4, now);
                    insert.setBytes(5, bodies.get(index));
                    insert.setObject(6, now);
                    insert.executeUpdate();
                };
            });
        } finally {
            for (var connection : connections) {
                close(connection);
            }
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private double untilAllAreApplied(long start) {
        await().pollInterval(Duration.ofMillis(5))
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofMinutes(5))
                .until(() -> jdbc.sql("select not exists (select from stripe_event where status = 'new')")
                        .query(Boolean.class)
                        .single());
        return (System.nanoTime() - start) / 1e9;
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }
}
