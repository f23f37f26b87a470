package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.mail.Letter.Content;
import press.mainstay.mail.ScriptedMailServer.Step;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;
import press.mainstay.supporter.SupporterService;

/// A service with one more kind of letter, whose words each test chooses.
@FeatureTest
@Import(DeliveryTests.Note.class)
class DeliveryTests {

    static class Note implements Letter {

        private final Map<String, Supplier<Optional<Content>>> words = new ConcurrentHashMap<>();

        @Override
        public String kind() {
            return "note";
        }

        @Override
        public Optional<Content> write(UUID supporter, String about) {
            return words.get(about).get();
        }
    }

    @Autowired
    private Note note;

    @Autowired
    private LetterService letters;

    @Autowired
    private DeliveryService delivery;

    @Autowired
    private LetterSender sender;

    @Autowired
    private SuppressionService suppressions;

    @Autowired
    private BounceService bounces;

    @Autowired
    private SupporterService supporters;

    @Autowired
    private ListHeaders listHeaders;

    @Autowired
    private ApplicationEventPublisher events;

    @Autowired
    private QueueWorker letterWorker;

    @Autowired
    private Visitor visitor;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JavaMailSenderImpl relay;

    @Autowired
    private DemoMail mail;

    @Autowired
    private DemoClock clock;

    @Autowired
    private TransactionTemplate transaction;

    private final String word = UUID.randomUUID().toString().substring(0, 8);
    private final EmailAddress address = new EmailAddress("reader-" + word + "@example.org");
    private UUID reader;

    @BeforeEach
    void meet() {
        var story = new Story(word, UUID.randomUUID(), address.value(), clock.instant());
        new Webhooks(visitor.origin(), "whsec_demo").deliver(story.checkoutCompleted("payment"));
        await().until(() -> jdbc.sql("select exists (select from supporter_customer where customer = :customer)")
                .param("customer", story.customer())
                .query(Boolean.class)
                .single());
        reader = jdbc.sql("select supporter from supporter_customer where customer = :customer")
                .param("customer", "cus_" + word)
                .query(UUID.class)
                .single();
    }

    /// What fails is tried again and again, and would tell of it in the output of other tests.
    @AfterEach
    void giveUp() {
        jdbc.sql("update letter set status = 'unwanted' where status = 'waiting'")
                .update();
    }

    @Test
    void twoNodesWithManyHandsSendEachLetterOnce() {
        var names = IntStream.range(0, 60).mapToObj(i -> word + "-" + i).toList();
        names.forEach(name -> note.words.put(name, () -> Optional.of(content("Note " + name))));
        transaction.executeWithoutResult(_ -> names.forEach(this::promise));
        var otherNode = new DeliveryService(
                jdbc,
                clock,
                sender,
                suppressions,
                bounces,
                supporters,
                listHeaders,
                transaction,
                events,
                List.of(note));
        var start = new CountDownLatch(1);

        try (var hands = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 8; i++) {
                var node = i % 2 == 0 ? delivery : otherNode;
                hands.submit(() -> {
                    start.await();
                    while (node.sendNext()) {
                        // more to do
                    }
                    return null;
                });
            }
            start.countDown();
        }

        await().until(() -> names.stream().allMatch(name -> status(name).equals("sent")));
        assertThat(mail.lettersTo(address.value()))
                .extracting(DemoMail.Letter::subject)
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(name -> "Note " + name).toList());
        assertThat(names).allSatisfy(name -> assertThat(attempts(name)).isEqualTo(1));
    }

    @Test
    void aLetterWhoseSenderDiedIsRepeatedOnce() {
        note.words.put(word, () -> Optional.of(content("A note")));

        sending(word, 0, "-1 second");

        await().until(() -> status(word).equals("sent"));
        assertThat(mail.lettersTo(address.value())).hasSize(1);
    }

    @Test
    void aLetterWhoseSenderDiedTwiceIsInDoubtForGood() {
        note.words.put(word, () -> Optional.of(content("A note")));

        sending(word, 1, "-1 second");

        await().until(() -> status(word).equals("in_doubt"));
        assertThat(mail.lettersTo(address.value())).isEmpty();
    }

    @Test
    void aDeathAndALostAnswerAreTwoDoubts() {
        note.words.put(word, () -> Optional.of(content("A note")));

        try (var server = new ScriptedMailServer().hangsUpAt(Step.BODY)) {
            server.standInFor(relay, () -> {
                sending(word, 0, "-1 second");
                await().until(() -> status(word).equals("in_doubt"));
            });
            assertThat(server.letters()).hasSize(1);
        }
        assertThat(mail.lettersTo(address.value())).isEmpty();
    }

    @Test
    void aLetterThatIsBeingSentIsLeftToItsSender() {
        note.words.put(word, () -> Optional.of(content("A note")));

        sending(word, 0, "5 minutes");
        awaitAnotherLetter();

        assertThat(status(word)).isEqualTo("sending");
        jdbc.sql("delete from letter where about = :about").param("about", word).update();
    }

    /// Whoever comes back after all has nothing to say about it any more.
    @Test
    void aSenderThatCountedAsDeadChangesNothing() {
        note.words.put(word, () -> {
            // by now another node has taken over
            jdbc.sql("update letter set attempts = 7, next_try_at = now() + interval '9 minutes' where about = :about")
                    .param("about", word)
                    .update();
            throw new IllegalStateException("too late");
        });

        promise(word);
        await().until(() -> attempts(word) == 7);
        awaitAnotherLetter();

        assertThat(status(word)).isEqualTo("sending");
        jdbc.sql("delete from letter where about = :about").param("about", word).update();
    }

    @Test
    void aYesThatCannotBeNotedLeavesTheLetterInDoubtAndNotUnsent() {
        note.words.put(word, () -> Optional.of(content("A note")));
        jdbc.sql("""
                        create function refuse_%1$s() returns trigger language plpgsql as
                            $$ begin raise exception 'the database is away'; end $$;
                        create trigger refuse_%1$s before update on letter for each row
                            when (new.about = '%1$s' and new.status = 'sent') execute function refuse_%1$s();
                        """.formatted(word)).update();

        promise(word);
        await().until(() -> mail.lettersTo(address.value()).size() == 1);
        awaitAnotherLetter();
        assertThat(status(word)).isEqualTo("sending");

        jdbc.sql("drop function refuse_%s cascade".formatted(word)).update();
        due(word);
        await().until(() -> status(word).equals("sent"));
        assertThat(mail.lettersTo(address.value()))
                .hasSize(2)
                .extracting(letter -> letter.header("Message-ID"))
                .allMatch(mail.lettersTo(address.value()).getFirst().header("Message-ID")::equals);
    }

    @Test
    void afterItsDateALetterInDoubtIsNotRepeatedNorCalledUnsent() {
        note.words.put(word + "-died", () -> Optional.of(content("A note")));
        note.words.put(word + "-unanswered", () -> Optional.of(content("A note")));

        jdbc.sql("""
                        insert into letter (id, kind, about, supporter, status, attempts, doubts, next_try_at, promised_at, send_before)
                        values (gen_random_uuid(), 'note', :word || '-died', :reader, 'sending', 1, 0, now(), now(), now() - interval '1 day'),
                            (gen_random_uuid(), 'note', :word || '-unanswered', :reader, 'waiting', 1, 1, now(), now(), now() - interval '1 day')
                        """).param("word", word).param("reader", reader).update();

        await().until(() -> status(word + "-died").equals("in_doubt"));
        await().until(() -> status(word + "-unanswered").equals("in_doubt"));
        assertThat(mail.lettersTo(address.value())).isEmpty();
    }

    @Test
    void aLetterThatIsNoLongerWantedIsNotSent() {
        note.words.put(word, Optional::empty);

        promise(word);

        await().until(() -> status(word).equals("unwanted"));
        assertThat(mail.lettersTo(address.value())).isEmpty();
    }

    @Test
    void aFaultyTemplateHoldsUpItsOwnLetterOnly() {
        note.words.put(
                word + "-faulty",
                () -> Optional.of(
                        new Content(address, Locale.ENGLISH, "A note", "donation/mail/no-such-template", Map.of())));
        note.words.put(word + "-sound", () -> Optional.of(content("A note")));

        promise(word + "-faulty");
        promise(word + "-sound");
        await().until(() -> status(word + "-sound").equals("sent"));
        await().until(() -> status(word + "-faulty").equals("waiting"));

        assertThat(mail.lettersTo(address.value())).hasSize(1);
        note.words.put(word + "-faulty", () -> Optional.of(content("Mended")));
        due(word + "-faulty");
        await().until(() -> status(word + "-faulty").equals("sent"));
        assertThat(mail.lettersTo(address.value()))
                .extracting(DemoMail.Letter::subject)
                .containsExactly("Mended", "A note");
    }

    /// However long it is away, and however many letters wait for it.
    @Test
    void aRelayThatIsDownCostsNoLetterATry() {
        var names = IntStream.range(0, 12).mapToObj(i -> word + "-" + i).toList();
        names.forEach(name -> note.words.put(name, () -> Optional.of(content("Note " + name))));

        ScriptedMailServer.takeAway(relay, () -> {
            names.forEach(this::promise);
            await().until(() -> relayFaults() >= 5);
            assertThat(jdbc.sql("select count(*) from letter where about like :word and attempts > relay_faults")
                            .param("word", word + "-%")
                            .query(Integer.class)
                            .single())
                    .isLessThanOrEqualTo(1);
        });
        names.forEach(this::due);

        await().until(() -> names.stream().allMatch(name -> status(name).equals("sent")));
        assertThat(mail.lettersTo(address.value())).hasSize(12);
    }

    private int relayFaults() {
        return jdbc.sql("select sum(relay_faults) from letter where about like :word")
                .param("word", word + "-%")
                .query(Integer.class)
                .single();
    }

    @Test
    void aSubjectCannotAddAHeader() {
        note.words.put(word, () -> Optional.of(content("A note\r\nBcc: other-" + word + "@example.org")));

        promise(word);
        await().until(() -> attempts(word) == 1 && !status(word).equals("sending"));

        assertThat(status(word)).isNotEqualTo("sent");
        assertThat(mail.lettersTo(address.value())).isEmpty();
        assertThat(mail.lettersTo("other-" + word + "@example.org")).isEmpty();
        assertThat(jdbc.sql("select last_error from letter where about = :about")
                        .param("about", word)
                        .query(String.class)
                        .single())
                .isEqualTo("IllegalArgumentException");
    }

    @Test
    void aSecondPromiseIsTheFirst() {
        note.words.put(word, () -> Optional.of(content("A note")));

        promise(word);
        promise(word);
        await().until(() -> status(word).equals("sent"));
        promise(word);
        awaitAnotherLetter();

        assertThat(mail.lettersTo(address.value())).hasSize(1);
    }

    /// The worker has been through the queue.
    private void awaitAnotherLetter() {
        var other = "other-" + UUID.randomUUID();
        note.words.put(other, Optional::empty);
        promise(other);
        await().until(() -> status(other).equals("unwanted"));
    }

    private void promise(String about) {
        letters.promise("note", about, reader, clock.instant().plus(Duration.ofDays(1)));
        letterWorker.wake();
    }

    /// As a node leaves it that is killed while it sends.
    private void sending(String about, int doubts, String leaseEnds) {
        jdbc.sql("""
                        insert into letter (id, kind, about, supporter, status, attempts, doubts, next_try_at, promised_at, send_before)
                        values (gen_random_uuid(), 'note', :about, :reader, 'sending', 1, :doubts,
                            now() + cast(:leaseEnds as interval), now(), now() + interval '1 day')
                        """)
                .param("about", about)
                .param("reader", reader)
                .param("doubts", doubts)
                .param("leaseEnds", leaseEnds)
                .update();
        letterWorker.wake();
    }

    private void due(String about) {
        jdbc.sql("update letter set next_try_at = clock_timestamp() where about = :about")
                .param("about", about)
                .update();
        letterWorker.wake();
    }

    private String status(String about) {
        return jdbc.sql("select status from letter where about = :about")
                .param("about", about)
                .query(String.class)
                .single();
    }

    private int attempts(String about) {
        return jdbc.sql("select attempts from letter where about = :about")
                .param("about", about)
                .query(Integer.class)
                .single();
    }

    private Content content(String subject) {
        return new Content(
                address,
                Locale.ENGLISH,
                subject,
                "donation/mail/receipt",
                Map.of(
                        "newsroom", "Polynya",
                        "amount", "$5",
                        "frequency", Frequency.ONCE,
                        "date", "23 November 2026",
                        "reference", word));
    }
}
