package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.FeatureTest;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.sealing.SignedLinks;

/// How many mails of 10 kB a second a mailing hands to a sink on the same machine, each with links and headers of
/// its own and a row of its own, beside the bare sender that sends one text to one address, in the same run and
/// with `fsync`. Sink and bare sender are Postfix's `smtp-sink` and `smtp-source`, unpacked and not installed:
/// `-Dpostfix=<where>`; see `docs/benchmarks.md`.
@FeatureTest
@TestPropertySource(properties = {"spring.application.name=mailings", "mainstay.mail.connections=0"})
@Tag("bench")
class MailingThroughputTests {

    private static final Logger log = LoggerFactory.getLogger(MailingThroughputTests.class);
    private static final int SIZE = 4_400; // of each part, in characters
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final int MAILS = Integer.getInteger("mails", 20_000);

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private ApplicationEventPublisher events;

    @Autowired
    private Sealing sealing;

    @Autowired
    private SignedLinks signedLinks;

    @Autowired
    private NewsroomProperties newsroom;

    @Autowired
    private MailingEngine idle;

    private MailingRig rig;

    @Test
    void mailsASecond() throws Exception {
        var postfix = System.getProperty("postfix");
        assumeThat(postfix).as("-Dpostfix=<where Debian's package is unpacked>").isNotNull();
        assertThat(jdbc.sql("show fsync").query(String.class).single()).isEqualTo("on");
        assertThat(jdbc.sql("show synchronous_commit").query(String.class).single())
                .isEqualTo("on");
        idle.stop();
        rig = new MailingRig(
                jdbc, transaction, events, sealing, signedLinks, newsroom, Clock.systemUTC(), null, new Bulletin(SIZE));
        rig.signUp("bench", MAILS);
        var port = freePort();
        var sink = sink(postfix, port);
        try {
            for (var round = 1; round <= ROUNDS; round++) {
                for (var connections : List.of(1, 4, 16)) {
                    var bare = bare(postfix, port, connections);
                    var mailing = mailing(port, connections);
                    log.info(
                            "round {}, {} connections: bare {}/s, mailing {}/s, ratio {}",
                            round,
                            connections,
                            (int) bare,
                            (int) mailing,
                            "%.2f".formatted(mailing / bare));
                }
            }
        } finally {
            sink.destroy();
            sink.waitFor();
        }
    }

    /// A mailing to ten thousand and one to a million, the latter cancelled after a hundred thousand.
    @Test
    void aMillionRecipients() throws Exception {
        var postfix = System.getProperty("postfix");
        assumeThat(postfix).as("-Dpostfix=<where Debian's package is unpacked>").isNotNull();
        idle.stop();
        rig = new MailingRig(
                jdbc, transaction, events, sealing, signedLinks, newsroom, Clock.systemUTC(), null, new Bulletin(SIZE));
        var port = freePort();
        var sink = sink(postfix, port);
        try {
            for (var recipients : List.of(10_000, 1_000_000)) {
                var source = "bench" + recipients;
                rig.signUp(source, recipients);
                jdbc.sql("analyze").update();
                var mailing = rig.plan(source);
                var start = System.nanoTime();
                var node = rig.node(port, MailingRig.settings(4, null, Duration.ofSeconds(60)), 30_000);
                node.start();
                await().atMost(Duration.ofMinutes(2)).until(() -> sent(mailing) > 0);
                var first = seconds(start);
                var heap = 0L;
                var progress = 0.0;
                while (sent(mailing) < Math.min(recipients, 100_000)) {
                    var asked = System.nanoTime();
                    rig.service().progress(mailing);
                    progress = Math.max(progress, seconds(asked));
                    heap = Math.max(heap, heap());
                    Thread.sleep(500);
                }
                rig.service().cancel(mailing);
                await().atMost(Duration.ofMinutes(3))
                        .until(() -> rig.service().progress(mailing).endedAt() != null);
                node.stop();
                log.info(
                        "{} recipients: first mail after {} s, heap at most {} MB, progress at most {} ms; {}; {} of the rewritten rows stayed on their page",
                        recipients,
                        "%.1f".formatted(first),
                        heap,
                        (int) (progress * 1_000),
                        rig.service().progress(mailing).counts(),
                        jdbc.sql(
                                        "select to_char(100.0 * n_tup_hot_upd / greatest(n_tup_upd, 1), '990.0') || '%' from pg_stat_user_tables where relname = 'delivery'")
                                .query(String.class)
                                .single());
            }
        } finally {
            sink.destroy();
            sink.waitFor();
        }
    }

    private int sent(int mailing) {
        return rig.service().progress(mailing).counts().get(DeliveryStatus.SENT);
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }

    private static Process sink(String postfix, int port) throws IOException {
        var user = System.getProperty("user.name").equals("root") ? "nobody" : System.getProperty("user.name");
        var sink = start(postfix, "smtp-sink", "-u", user, "127.0.0.1:" + port, "1000");
        await().until(() -> listens(port));
        return sink;
    }

    private double bare(String postfix, int port, int connections) throws Exception {
        var start = System.nanoTime();
        var source = start(
                postfix,
                "smtp-source",
                "-d",
                "-s",
                Integer.toString(connections),
                "-m",
                Integer.toString(MAILS),
                "-l",
                "10240",
                "-f",
                "post@example.org",
                "-t",
                "reader@example.org",
                "127.0.0.1:" + port);
        assertThat(source.waitFor()).isZero();
        return MAILS / seconds(start);
    }

    private double mailing(int port, int connections) throws Exception {
        var mailing = rig.plan("bench");
        var node = rig.node(port, MailingRig.settings(connections, null, Duration.ofSeconds(60)), 30_000);
        node.start();
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> "sending".equals(status(mailing)));
            var start = System.nanoTime();
            await().pollInterval(Duration.ofMillis(20))
                    .pollDelay(Duration.ZERO)
                    .atMost(Duration.ofMinutes(5))
                    .until(() -> jdbc.sql(
                                    "select not exists (select from mailing_batch where mailing = :id and status <> 'done')")
                            .param("id", mailing)
                            .query(Boolean.class)
                            .single());
            var rate = MAILS / seconds(start);
            var counts = rig.service().progress(mailing).counts();
            assertThat(counts.get(DeliveryStatus.SENT)).as(counts.toString()).isEqualTo(MAILS);
            return rate;
        } finally {
            node.stop();
        }
    }

    private String status(int mailing) {
        return rig.service().progress(mailing).status();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static Process start(String postfix, String program, String... arguments) throws IOException {
        var command =
                new ArrayList<>(List.of(Path.of(postfix, "usr/sbin", program).toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).inheritIO();
        process.environment()
                .put("LD_LIBRARY_PATH", Path.of(postfix, "usr/lib/postfix").toString());
        return process.start();
    }

    private static boolean listens(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
