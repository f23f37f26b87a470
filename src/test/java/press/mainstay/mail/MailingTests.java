package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.FeatureTest;
import press.mainstay.demo.DemoClock;
import press.mainstay.mail.ScriptedMailServer.Step;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.sealing.SignedLinks;
import press.mainstay.shared.MailList;

/// Mailings sent by nodes of their own, over a mail server that does as told; the service's own node stands by.
@FeatureTest
@Import(MailingTests.Heard.class)
class MailingTests {

    /// What others are told.
    static class Heard {

        private final List<Object> events = new CopyOnWriteArrayList<>();

        @EventListener
        void on(AddressRefused refused) {
            events.add(refused);
        }

        @EventListener
        void on(MailingEnded ended) {
            events.add(ended);
        }
    }

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
    private SuppressionService suppressions;

    @Autowired
    private UnsubscribeLinks links;

    @Autowired
    private MailingEngine own;

    @Autowired
    private Heard heard;

    private final String word = "m" + UUID.randomUUID().toString().substring(0, 8);
    private final List<MailingEngine> nodes = new ArrayList<>();
    private final MailSink sink = new MailSink();
    private MailingRig rig;
    private MailingService mailings;

    @BeforeEach
    void meet() {
        own.stop();
        jdbc.sql(
                        "update mailing set status = 'cancelled', pause_reason = null, ended_at = now() where ended_at is null")
                .update();
        rig = new MailingRig(jdbc, transaction, events, sealing, signedLinks, newsroom, clock, new Bulletin(500));
        mailings = rig.service();
    }

    @AfterEach
    void part() {
        nodes.forEach(MailingEngine::stop);
        sink.close();
        own.start();
    }

    @Test
    void everybodyOnTheListGetsOneMailInTheirLanguage() throws Exception {
        rig.signUp(word, 120);
        leaves(7);
        sink.keepsTexts();
        var mailing = rig.plan(word);

        node(4);
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 119));
        assertThat(sink.seen())
                .hasSize(119)
                .allSatisfy((_, times) -> assertThat(times).hasValue(1));
        assertThat(sink.seen()).doesNotContainKey(MailingRig.address(word, 7));
        assertThat(sink.texts().stream().map(MailingTests::parsed).map(MailingTests::subject))
                .containsOnly("The Friday letter", "Письмо по пятницам");
        assertThat(heard.events).contains(new MailingEnded(mailing, "bulletin", about(mailing), "done"));
    }

    @Test
    void aMailNamesItsReaderOnlyAndSaysHowToLeave() throws Exception {
        rig.signUp(word, 1);
        sink.keepsTexts();
        var mailing = rig.plan(word);

        node(1);
        awaitEnd(mailing);

        var wire = sink.texts().getFirst();
        assertThat(wire.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(998));
        var mail = parsed(wire);
        assertThat(mail.getHeader("To")).containsExactly(MailingRig.address(word, 0));
        assertThat(mail.getHeader("From")).hasSize(1);
        assertThat(mail.getHeader("Date")).hasSize(1);
        assertThat(mail.getHeader("Message-ID")).hasSize(1);
        assertThat(mail.getHeader("List-Id")).containsExactly("<newsletter.localhost>");
        assertThat(mail.getHeader("List-Unsubscribe-Post")).containsExactly("List-Unsubscribe=One-Click");
        assertThat(mail.getHeader("Precedence")).containsExactly("bulk");
        assertThat(mail.getHeader("Feedback-ID")).containsExactly("bulletin:newsletter:localhost");
        var link = mail.getHeader("List-Unsubscribe", null);
        assertThat(token(link)).isEqualTo(new UnsubscribeLinks.Holder(supporter(0), MailList.NEWSLETTER));
        assertThat(mail.getContentType()).startsWith("multipart/alternative");
        var parts = (MimeMultipart) mail.getContent();
        assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
        for (var i = 0; i < 2; i++) {
            var text = (String) parts.getBodyPart(i).getContent();
            assertThat(text)
                    .startsWith(i == 0 ? "Дорогие читатели," : "<!doctype html>")
                    .contains(link.substring(1, link.length() - 1))
                    .doesNotContain("link.invalid", "gap");
            assertThat(text.lines()
                            .filter(line -> line.contains("/unsubscribe/"))
                            .count())
                    .isPositive();
        }
        assertThat((String) parts.getBodyPart(0).getContent()).contains("\n.A line that begins with a dot");
        assertThat(sink.envelopes()).containsExactly("post@localhost");
    }

    @Test
    void oneMailingForOneThingHoweverManyPlanIt() throws Exception {
        var about = word + "/1";
        try (var hands = Executors.newVirtualThreadPerTaskExecutor()) {
            var ids = hands.invokeAll(Collections.nCopies(
                    5,
                    () -> mailings.create(
                            "bulletin", about, clock.instant(), clock.instant().plusSeconds(60))));
            assertThat(ids)
                    .extracting(Future::get)
                    .containsOnly(mailings.find("bulletin", about).orElseThrow());
        }
    }

    @Test
    void twoNodesShareAMailingAndNobodyGetsItTwice() throws Exception {
        rig.signUp(word, 3_000);
        var mailing = rig.plan(word);

        node(4);
        node(4);
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 3_000));
        assertThat(sink.seen())
                .hasSize(3_000)
                .allSatisfy((_, times) -> assertThat(times).hasValue(1));
    }

    @Test
    void whoLeavesWhileItGoesOutGetsNothingMore() throws Exception {
        rig.signUp(word, 200);
        sink.follows((step, _) -> {
            if (step == Step.BODY && sink.mails() == 1) {
                transaction.executeWithoutResult(_ -> IntStream.range(0, 200).forEach(this::leaves));
            }
            return null;
        });
        var mailing = rig.plan(word);

        node(1);
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 50, DeliveryStatus.SUPPRESSED, 150));
        assertThat(sink.mails()).isEqualTo(50);
    }

    @Test
    void aPauseHoldsWithinASecondAndThenNobodyIsMissed() throws Exception {
        rig.signUp(word, 400);
        sink.follows((step, _) -> slowly(step, 20));
        var mailing = rig.plan(word);
        node(2);
        await().until(() -> sink.mails() > 20);

        mailings.pause(mailing);
        await().atMost(Duration.ofSeconds(2)).until(() -> nobodyWorksOn(mailing));
        var sent = sink.mails();
        assertThat(sent).isLessThan(200);
        assertThat(mailings.progress(mailing).status()).isEqualTo("paused");
        assertThat(counts(mailing)).containsEntry(DeliveryStatus.SENT, sent);

        sink.follows((_, _) -> null);
        mailings.resume(mailing);
        awaitEnd(mailing);
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 400));
        assertThat(sink.mails()).isEqualTo(400);
    }

    @Test
    void whatIsCancelledEndsAndTheRestIsKeptAsCancelled() throws Exception {
        rig.signUp(word, 1_200);
        sink.follows((step, _) -> slowly(step, 10));
        var mailing = rig.plan(word);
        node(1);
        await().until(() -> sink.mails() > 10);

        mailings.cancel(mailing);
        awaitEnd(mailing);

        assertThat(mailings.progress(mailing).status()).isEqualTo("cancelled");
        assertThat(counts(mailing))
                .isEqualTo(Map.of(DeliveryStatus.SENT, sink.mails(), DeliveryStatus.CANCELLED, 1_200 - sink.mails()));
    }

    @Test
    void aNodeThatStopsLeavesNothingInDoubt() throws Exception {
        rig.signUp(word, 300);
        sink.follows((step, _) -> slowly(step, 10));
        var mailing = rig.plan(word);
        var first = node(3);
        await().until(() -> sink.mails() > 30);

        first.stop();

        assertThat(counts(mailing))
                .containsEntry(DeliveryStatus.SENT, sink.mails())
                .doesNotContainKey(DeliveryStatus.IN_DOUBT);
        sink.follows((_, _) -> null);
        node(3);
        awaitEnd(mailing);
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 300));
        assertThat(sink.mails()).isEqualTo(300);
    }

    @Test
    void whatHangsOrBreaksAfterTheDotIsInDoubtAndIsRepeatedOnlyWhenSomebodySaysSo() throws Exception {
        rig.signUp(word, 60);
        sink.follows((step, recipient) -> {
            if (step != Step.BODY) {
                return null;
            }
            return recipient.startsWith("reader-5@")
                    ? MailSink.SAYS_NOTHING
                    : recipient.startsWith("reader-6@") ? MailSink.HANGS_UP : null;
        });
        var mailing = rig.plan(word);
        node(2, 300);
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 58, DeliveryStatus.IN_DOUBT, 2));
        assertThat(mailings.inDoubt(mailing)).containsExactlyInAnyOrder(supporter(5), supporter(6));
        assertThat(sink.mails()).isEqualTo(60);
        var before = messageIds(mailing);

        sink.follows((_, _) -> null);
        assertThat(mailings.sendToThoseInDoubt(mailing)).isEqualTo(2);
        awaitEnd(mailing);
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 60));
        assertThat(sink.mails()).isEqualTo(62);
        assertThat(messageIds(mailing)).isEqualTo(before);
    }

    @Test
    void whoseMailboxIsGoneIsToldAndWhoseIsBusyIsTriedAgain() throws Exception {
        rig.signUp(word, 30);
        sink.follows((step, recipient) -> {
            if (step != Step.RCPT) {
                return null;
            }
            return recipient.startsWith("reader-3@")
                    ? "550 5.1.1 No such user"
                    : recipient.startsWith("reader-4@") ? "450 4.2.1 Busy" : null;
        });
        var mailing = rig.plan(word);
        node(1);
        await().until(() -> counts(mailing)
                .equals(Map.of(DeliveryStatus.SENT, 28, DeliveryStatus.REFUSED, 1, DeliveryStatus.DEFERRED, 1)));
        assertThat(heard.events)
                .filteredOn(event -> event instanceof AddressRefused refused
                        && refused.supporter().equals(supporter(3)))
                .hasSize(1);
        await().until(() -> round(mailing) == 1);

        sink.follows((_, _) -> null);
        due(mailing);
        awaitEnd(mailing);
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 29, DeliveryStatus.REFUSED, 1));
    }

    @Test
    void whoIsStillBusyWhenTimeIsUpIsKeptAsExpired() throws Exception {
        rig.signUp(word, 10);
        sink.follows(
                (step, recipient) -> step == Step.RCPT && recipient.startsWith("reader-4@") ? "450 4.2.1 Busy" : null);
        var mailing = rig.plan(word);
        node(1);
        await().until(() -> round(mailing) == 1);

        jdbc.sql("update mailing set send_after = :then - interval '1 day', send_before = :then where id = :id")
                .param("then", clock.instant().atOffset(ZoneOffset.UTC))
                .param("id", mailing)
                .update();
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 9, DeliveryStatus.EXPIRED, 1));
    }

    @Test
    void aMailingThatIsTooLateDoesNotStart() throws Exception {
        rig.signUp(word, 10);
        var mailing = mailings.create(
                "bulletin",
                word + "/1",
                clock.instant().minusSeconds(7_200),
                clock.instant().minusSeconds(3_600));

        node(1);
        awaitEnd(mailing);

        assertThat(mailings.progress(mailing).status()).isEqualTo("missed");
        assertThat(sink.mails()).isZero();
    }

    @Test
    void whenTooManyFailTheMailingPausesByItself() throws Exception {
        rig.signUp(word, 300);
        sink.follows((step, _) -> step == Step.RCPT ? "550 5.1.1 No such user" : null);
        var mailing = rig.plan(word);
        node(1);

        await().until(() -> "paused".equals(mailings.progress(mailing).status()));

        assertThat(mailings.progress(mailing).pauseReason()).isEqualTo("failures");
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.REFUSED, 50, DeliveryStatus.WAITING, 250));
        sink.follows((_, _) -> null);
        mailings.resume(mailing);
        awaitEnd(mailing);
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.REFUSED, 50, DeliveryStatus.SENT, 250));
    }

    /// A relay that is away, one that wants nobody, and one that turns up its nose at us now and then.
    @Test
    void theRelaysFaultsCostNobodyTheirMail() throws Exception {
        rig.signUp(word, 400);
        var storm = new AtomicInteger();
        sink.follows((step, _) -> {
            var n = storm.incrementAndGet();
            return n < 12 && n % 2 == 0 && step != Step.BODY ? "421 4.3.2 Too busy" : null;
        });
        var mailing = rig.plan(word);
        var port = sink.port();
        node(4, 500, port);
        await().until(() -> sink.mails() > 50);

        sink.close(); // and every connection with it
        var seenBefore = sink.seen();
        await().until(() -> nobodyWorksOn(mailing));
        try (var again = new MailSink(port)) {
            awaitEnd(mailing);
            var all = counts(mailing);
            assertThat(all.getOrDefault(DeliveryStatus.SENT, 0) + all.getOrDefault(DeliveryStatus.IN_DOUBT, 0))
                    .isEqualTo(400);
            // those whose answer the end of the first server cut off
            assertThat(all.getOrDefault(DeliveryStatus.IN_DOUBT, 0)).isLessThanOrEqualTo(4);
            assertThat(again.seen().keySet()).doesNotContainAnyElementsOf(seenBefore.keySet());
        }
    }

    @Test
    void aRelaySlowerThanTheLeaseLosesNobodyTheirBatch() throws Exception {
        rig.signUp(word, 20);
        sink.follows((step, recipient) -> recipient.startsWith("reader-5@") ? slowly(step, 2_500) : null);
        var mailing = rig.plan(word);
        for (var i = 0; i < 2; i++) {
            nodes.add(rig.node(sink.port(), MailingRig.settings(1, null, Duration.ofSeconds(1)), 10_000));
        }
        nodes.forEach(MailingEngine::start);
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 20));
        assertThat(sink.mails()).isEqualTo(20);
    }

    @Test
    void aSubjectCannotAddAHeader() {
        var text = new Mailing.Text(
                Locale.ENGLISH, "Friday\r\nBcc: other@example.org", Mailing.UNSUBSCRIBE_LINK, Mailing.UNSUBSCRIBE_LINK);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailingText.of(
                        Session.getInstance(new Properties()), new InternetAddress("post@example.org"), Map.of(), text))
                .withMessage("A control character in a header");
    }

    @Test
    void aTextThatDoesNotSayHowToLeaveDoesNotStart() {
        var text = new Mailing.Text(Locale.ENGLISH, "Friday", Mailing.UNSUBSCRIBE_LINK, "<p>Hello</p>");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailingText.of(
                        Session.getInstance(new Properties()),
                        new InternetAddress("post@example.org"),
                        Map.of(),
                        text));
    }

    @Test
    void theRateHoldsForAllNodesTogether() throws Exception {
        rig.signUp(word, 100);
        var mailing = rig.plan(word);
        var start = System.nanoTime();

        nodes.add(rig.node(sink.port(), MailingRig.settings(2, 50, Duration.ofSeconds(5))));
        nodes.add(rig.node(sink.port(), MailingRig.settings(2, 50, Duration.ofSeconds(5))));
        nodes.forEach(MailingEngine::start);
        awaitEnd(mailing);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_400));
        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 100));
    }

    @Test
    void aDatabaseThatIsAwayForAMomentCostsNothing() throws Exception {
        rig.signUp(word, 200);
        var cut = new AtomicInteger();
        sink.follows((step, _) -> {
            if (step == Step.BODY && sink.mails() == 30 && cut.incrementAndGet() == 1) {
                jdbc.sql(
                                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
                        .query()
                        .listOfRows();
            }
            return null;
        });
        var mailing = rig.plan(word);
        node(2);
        awaitEnd(mailing);

        assertThat(counts(mailing)).isEqualTo(Map.of(DeliveryStatus.SENT, 200));
        assertThat(sink.mails()).isEqualTo(200);
    }

    private MailingEngine node(int connections) throws Exception {
        return node(connections, 2_000);
    }

    private MailingEngine node(int connections, int timeout) throws Exception {
        return node(connections, timeout, sink.port());
    }

    private MailingEngine node(int connections, int timeout, int port) throws Exception {
        var node = rig.node(port, MailingRig.settings(connections, null, Duration.ofSeconds(10)), timeout);
        nodes.add(node);
        node.start();
        return node;
    }

    private void awaitEnd(int mailing) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> mailings.progress(mailing).endedAt() != null);
    }

    /// Those that are not zero.
    private Map<DeliveryStatus, Integer> counts(int mailing) {
        var counts = new EnumMap<>(mailings.progress(mailing).counts());
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    private boolean nobodyWorksOn(int mailing) {
        return jdbc.sql("select not exists (select from mailing_batch where mailing = :id and status = 'leased')")
                .param("id", mailing)
                .query(Boolean.class)
                .single();
    }

    private int round(int mailing) {
        return jdbc.sql("select coalesce(min(round), 0) from mailing_batch where mailing = :id")
                .param("id", mailing)
                .query(Integer.class)
                .single();
    }

    private void due(int mailing) {
        jdbc.sql("update mailing_batch set due_at = clock_timestamp() where mailing = :id")
                .param("id", mailing)
                .update();
    }

    private String about(int mailing) {
        return mailings.progress(mailing).about();
    }

    private Map<UUID, String> messageIds(int mailing) {
        var ids = new HashMap<UUID, String>();
        jdbc.sql("select recipient, id from delivery where mailing = :id")
                .param("id", mailing)
                .query(row -> {
                    ids.put(row.getObject("recipient", UUID.class), row.getString("id"));
                });
        return ids;
    }

    private UUID supporter(int reader) {
        return jdbc.sql("select id from supporter where email_hash = :hash")
                .param(
                        "hash",
                        sealing.hash(MailingRig.address(word, reader), "supporter.email")
                                .bytes())
                .query(UUID.class)
                .single();
    }

    private void leaves(int reader) {
        suppressions.leave(supporter(reader), MailList.NEWSLETTER, Reason.UNSUBSCRIBED);
    }

    private UnsubscribeLinks.Holder token(String header) {
        var path = URI.create(header.substring(1, header.length() - 1)).getPath();
        return links.read(path.substring(path.lastIndexOf('/') + 1)).orElseThrow();
    }

    private static String slowly(Step step, int millis) {
        if (step == Step.BODY) {
            LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
        }
        return null;
    }

    private static MimeMessage parsed(String wire) {
        try {
            // dots were doubled on the way
            var text = wire.replace("\r\n..", "\r\n.");
            return new MimeMessage(
                    Session.getInstance(new Properties()),
                    new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String subject(MimeMessage mail) {
        try {
            return mail.getSubject();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}
