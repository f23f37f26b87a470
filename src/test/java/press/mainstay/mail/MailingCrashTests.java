package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.FeatureTest;
import press.mainstay.demo.DemoClock;
import press.mainstay.mail.ScriptedMailServer.Step;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.sealing.SignedLinks;

/// Nodes in processes of their own, on one database, that are killed and frozen in the middle of a mailing.
@FeatureTest
class MailingCrashTests {

    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final int CONNECTIONS = 4;
    private static final int WINDOW = 50;

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
    private DemoClock clock;

    @Autowired
    private MailingEngine own;

    @Value("${spring.datasource.url}")
    private String url;

    @Value("${mainstay.sealing.keysets}")
    private String keysets;

    private final String word = "c" + UUID.randomUUID().toString().substring(0, 8);
    private final MailSink sink = new MailSink();
    private MailingRig rig;

    @BeforeEach
    void meet() {
        own.stop();
        jdbc.sql(
                        "update mailing set status = 'cancelled', pause_reason = null, ended_at = now() where ended_at is null")
                .update();
        rig = new MailingRig(jdbc, transaction, events, sealing, signedLinks, newsroom, clock, null, new Bulletin(500));
    }

    @AfterEach
    void part() {
        sink.close();
        own.start();
    }

    @Test
    @SuppressWarnings("try") // nodes work by themselves
    void afterAKillNobodyHasItTwiceAndAllWhoMayNotHaveItAreKnown() throws Exception {
        rig.signUp(word, 10_000);
        var mailing = rig.plan(word);
        try (var first = node();
                var second = node()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> sink.mails() > 2_000);
            first.kill();
            awaitEnd(mailing);
        }

        assertNobodyTwiceNobodyLost(mailing, 10_000);
    }

    @Test
    @SuppressWarnings("try")
    void aNodeThatWakesAfterItsLeaseChangesNothingAndSendsNothingTwice() throws Exception {
        rig.signUp(word, 3_000);
        // so that it is frozen in the middle of a window
        sink.follows((step, _) -> {
            if (step == Step.BODY) {
                LockSupport.parkNanos(1_000_000);
            }
            return null;
        });
        var mailing = rig.plan(word);
        try (var frozen = node()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> sink.mails() > 300);
            frozen.signal("STOP");
            try (var other = node()) {
                await().atMost(Duration.ofSeconds(30)).until(() -> taken(mailing));
                frozen.signal("CONT");
                awaitEnd(mailing);
                // what it had still to send in its own windows
                await().atMost(Duration.ofSeconds(10)).until(() -> !someDoubtsCanBeEnded(mailing));
            }
        }

        assertNobodyTwiceNobodyLost(mailing, 3_000);
        assertThat(counts(mailing).getOrDefault(DeliveryStatus.SENT, 0)).isEqualTo(sink.mails());
    }

    private void assertNobodyTwiceNobodyLost(int mailing, int recipients) {
        var rows = jdbc
                .sql("select status, count(*) as n from delivery where mailing = :id group by status")
                .param("id", mailing)
                .query((row, _) -> Map.entry(row.getString("status"), row.getInt("n")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(rows.keySet()).isSubsetOf("sent", "in_doubt");
        assertThat(rows.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(recipients);
        assertThat(sink.seen()).allSatisfy((_, times) -> assertThat(times).hasValue(1));
        var doubts = rig.service().inDoubt(mailing);
        assertThat(doubts).hasSize(rows.getOrDefault("in_doubt", 0)).hasSizeLessThanOrEqualTo(CONNECTIONS * WINDOW);
        assertThat(sink.seen().size()).isGreaterThanOrEqualTo(rows.get("sent"));
        // whoever has no mail is in doubt
        assertThat(recipients - sink.seen().size()).isLessThanOrEqualTo(doubts.size());
    }

    private boolean taken(int mailing) {
        return jdbc.sql("select exists (select from delivery where mailing = :id and code = 'LEASE')")
                .param("id", mailing)
                .query(Boolean.class)
                .single();
    }

    /// Whether somebody is in doubt whose mail arrived.
    private boolean someDoubtsCanBeEnded(int mailing) {
        return sink.mails() != counts(mailing).getOrDefault(DeliveryStatus.SENT, 0);
    }

    private Map<DeliveryStatus, Integer> counts(int mailing) {
        return rig.service().progress(mailing).counts();
    }

    private MailingProcess node() throws Exception {
        var ahead = Duration.between(Instant.now(), clock.instant());
        return MailingProcess.start(url, keysets, sink.port(), LEASE, ahead);
    }

    private void awaitEnd(int mailing) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> rig.service().progress(mailing).endedAt() != null);
    }
}
