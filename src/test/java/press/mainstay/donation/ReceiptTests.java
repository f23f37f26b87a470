package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.mail.ScriptedMailServer;
import press.mainstay.mail.ScriptedMailServer.Step;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;

@FeatureTest
class ReceiptTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private DemoMail mail;

    @Autowired
    private DemoClock clock;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JavaMailSenderImpl relay;

    @Autowired
    private QueueWorker letterWorker;

    @Value("${mainstay.stripe.webhook-secrets}")
    private String secret;

    private Webhooks stripe;

    @BeforeEach
    void find() {
        stripe = new Webhooks(reader.origin(), secret);
    }

    @Test
    void aPaymentOfAnyOrderOfEventsHasOneReceipt() {
        var stories = new ArrayList<Story>();
        for (var order : List.of("012", "021", "102", "120", "201", "210")) {
            var story = asks("once", "en");
            stories.add(story);
            order.chars().forEach(place -> stripe.deliver(story.once().get(place - '0')));
        }
        var random = new Random(20261123);
        for (var i = 0; i < 12; i++) {
            var story = asks("monthly", "en");
            stories.add(story);
            var events = new ArrayList<>(story.monthly());
            events.addAll(story.monthly());
            Collections.shuffle(events, random);
            events.forEach(stripe::deliver);
        }

        settle();

        for (var story : stories) {
            assertThat(mail.lettersTo(story.email())).as(story.word()).hasSize(1);
            assertThat(status(story)).isEqualTo("sent");
        }
    }

    @Test
    void eachPaymentOfOnePersonHasAReceiptOfItsOwn() {
        var first = asks("once", "en");
        var second = given(asks("once", "en"), first.email(), clock.instant());

        first.once().forEach(stripe::deliver);
        second.once().forEach(stripe::deliver);
        settle();

        assertThat(mail.lettersTo(first.email())).hasSize(2);
    }

    @Test
    void aReceiptIsReadInTheReadersLanguageInBothParts() {
        var story = asks("monthly", "ru");

        story.monthly().forEach(stripe::deliver);
        settle();

        var date = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(Locale.of("ru"))
                .format(story.at().atZone(ZoneId.of("Europe/Riga")));
        var reference = story.donation().toString().substring(0, 8);
        assertThat(mail.lettersTo(story.email())).singleElement().satisfies(letter -> {
            assertThat(letter.subject()).isEqualTo("Ваша квитанция");
            for (var part : List.of(letter.text(), letter.html())) {
                assertThat(part)
                        .contains("Спасибо за вашу поддержку.", "Мы получили ваш ежемесячный платёж.", "Polynya")
                        .contains("5\u00a0$", reference, date, "ответьте на это письмо")
                        .doesNotContain("??", "[(", "${", "receipt.");
            }
            assertThat(letter.html())
                    .contains("lang=\"ru\"")
                    .doesNotContain("<img", "src=", "url(", "http-equiv=\"refresh\"")
                    .satisfies(html -> assertThat(html.replace(reader.origin() + "/account/gift/", ""))
                            .doesNotContain("//"));
        });
    }

    @Test
    void headersSayWhoWritesAndNothingOfTheReader() {
        time.advance(Duration.ofMinutes(5)); // ahead of the machine's clock
        var story = asks("once", "en");

        story.once().forEach(stripe::deliver);
        settle();

        var now = clock.instant();
        assertThat(mail.lettersTo(story.email())).singleElement().satisfies(letter -> {
            assertThat(letter.header("From")).contains("Reader service <post@localhost>");
            assertThat(letter.header("To")).contains(story.email());
            assertThat(letter.header("Auto-Submitted")).contains("auto-generated");
            assertThat(letter.header("Message-ID").orElseThrow()).matches("<[0-9a-f]{32}@localhost>");
            assertThat(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(
                            letter.header("Date").orElseThrow().replaceAll(" \\(.*", ""))))
                    .isBetween(now.minus(Duration.ofMinutes(1)), now);
            assertThat(letter.header("Content-Type").orElseThrow()).startsWith("multipart/alternative");
            assertThat(letter.headers()).extracting(DemoMail.Field::name).doesNotHaveDuplicates();
            assertThat(letter.headers())
                    .filteredOn(
                            field -> !field.name().equals("To") && !field.name().equals("Received"))
                    .allSatisfy(field -> assertThat(field.value())
                            .doesNotContain(story.word())
                            .matches("(?:\\t|[^\\p{Cntrl}])*"));
        });
    }

    @Test
    void aReceiptThatIsSevenDaysLateIsKeptAndNotSent() {
        jdbc.sql("update stripe_account set began_at = began_at - interval '30 days'")
                .update();
        var late = asks("once", "en", Duration.ofDays(7).plusMinutes(1));
        var timely = asks("once", "en", Duration.ofDays(7).minusHours(1));

        late.once().forEach(stripe::deliver);
        timely.once().forEach(stripe::deliver);
        settle();

        assertThat(status(late)).isEqualTo("late");
        assertThat(mail.lettersTo(late.email())).isEmpty();
        assertThat(status(timely)).isEqualTo("sent");
        assertThat(mail.lettersTo(timely.email())).hasSize(1);
        assertThat(booked(late)).isTrue();
    }

    @Test
    void aPaymentThatNobodyCanAssignIsBookedAndPromisesNoLetter() {
        var story = asks("once", "en");

        stripe.deliver(story.checkoutCompleted("payment"));
        stripe.deliver(story.chargeSucceeded("{}"));
        settle();

        assertThat(booked(story)).isTrue();
        assertThat(letters(story)).isZero();
        assertThat(mail.lettersTo(story.email())).isEmpty();
    }

    @Test
    void aPaymentOfADonationThatIsNotOursHasNoReceipt() {
        var story = Story.of(UUID.randomUUID());
        var foreign = given(story, story.email(), clock.instant());

        foreign.once().forEach(stripe::deliver);
        settle();

        assertThat(booked(foreign)).isTrue();
        assertThat(status(foreign)).isEqualTo("unwanted");
        assertThat(mail.lettersTo(foreign.email())).isEmpty();
    }

    @Test
    void whileTheMailServerIsDownTheReceiptWaits() {
        var story = asks("once", "en");

        ScriptedMailServer.takeAway(relay, () -> {
            story.once().forEach(stripe::deliver);
            awaitAttempts(story, 1);
            triesAgain(story, 2);
        });
        triesAgain(story, 3);

        assertThat(status(story)).isEqualTo("sent");
        assertThat(mail.lettersTo(story.email())).hasSize(1);
        assertThat(booked(story)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, 421 4.3.2 Too busy",
        "CONNECT, 554 5.3.2 Not today",
        "CONNECT, ''",
        "MAIL, 451 4.3.0 Try again later",
        "MAIL, 530 5.7.0 Authentication required",
        "MAIL, 553 5.7.1 Not your address",
        "MAIL, ''",
        "RCPT, 450 4.2.1 Greylisted",
        "RCPT, 421 4.3.2 Going down",
        "RCPT, 554 5.7.1 Relay access denied",
        "RCPT, ''",
        "DATA, 452 4.3.1 No space",
        "DATA, 554 5.7.1 Not by your account",
        "DATA, ''",
        "BODY, 554 5.7.1 Looks like spam",
        "BODY, 451 4.3.0 Try again later",
        "BODY, 421 4.3.2 Going down"
    })
    void aReceiptThatWasNotTakenIsSentLaterOnce(Step step, String reply) {
        var story = asks("once", "en");

        try (var server = new ScriptedMailServer().answers(step, reply)) {
            server.standInFor(relay, () -> {
                story.once().forEach(stripe::deliver);
                awaitAttempts(story, 1);
                assertThat(status(story)).isEqualTo("waiting");
                assertThat(doubts(story)).isZero();
                triesAgain(story, 2);
            });
        }
        triesAgain(story, 3);

        assertThat(status(story)).isEqualTo("sent");
        assertThat(mail.lettersTo(story.email())).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"RCPT, 550 5.1.1 No such user", "DATA, 554 No valid recipients", "BODY, 552 5.3.4 Too big"})
    void aReceiptThatIsRefusedForGoodIsNotTriedAgain(Step step, String reply) {
        var story = asks("once", "en");

        try (var server = new ScriptedMailServer().answers(step, reply)) {
            server.standInFor(relay, () -> {
                story.once().forEach(stripe::deliver);
                awaitStatus(story, "refused");
            });
        }
        settle();

        assertThat(status(story)).isEqualTo("refused");
        assertThat(lastError(story)).endsWith(":" + reply.substring(0, 3)).doesNotContain("@", " ");
        assertThat(mail.lettersTo(story.email())).isEmpty();
        assertThat(booked(story)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"QUIT, ''", "QUIT, 421 4.3.2 Going down", "QUIT, 500 What?", "BODY, 250 ", "BODY, 252 I will try"})
    void aMailServerThatTookItHasIt(Step step, String reply) {
        var story = asks("once", "en");

        try (var server = new ScriptedMailServer().answers(step, reply)) {
            server.standInFor(relay, () -> {
                story.once().forEach(stripe::deliver);
                awaitStatus(story, "sent");
            });
            assertThat(server.letters()).hasSize(1);
        }
    }

    @Test
    void aReceiptInDoubtIsRepeatedOnceUnderTheSameMessageId() {
        var story = asks("once", "en");

        try (var server = new ScriptedMailServer().hangsUpAt(Step.BODY)) {
            server.standInFor(relay, () -> {
                story.once().forEach(stripe::deliver);
                awaitAttempts(story, 1);
                assertThat(status(story)).isEqualTo("waiting");
                triesAgain(story, 2);
            });
            settle();

            assertThat(status(story)).isEqualTo("in_doubt");
            assertThat(server.messageIds()).hasSize(2).doesNotContain("none");
            assertThat(server.messageIds().getFirst())
                    .isEqualTo(server.messageIds().getLast());
            assertThat(mail.lettersTo(story.email())).isEmpty();
        }
    }

    @Test
    void aRepetitionThatIsTakenEndsTheDoubt() {
        var story = asks("once", "en");

        try (var server = new ScriptedMailServer().hangsUpAt(Step.BODY)) {
            server.standInFor(relay, () -> {
                story.once().forEach(stripe::deliver);
                awaitAttempts(story, 1);
                server.answers(Step.RCPT, "451 4.3.0 Try again later");
                triesAgain(story, 2);
                server.takesAll();
                triesAgain(story, 3);
            });

            assertThat(status(story)).isEqualTo("sent");
            assertThat(server.messageIds()).hasSize(2);
            assertThat(server.messageIds().getFirst())
                    .isEqualTo(server.messageIds().getLast());
        }
    }

    @Test
    void aReceiptThatCannotBeWrittenLeavesTheBooksAloneAndGoesOutOnceMended() {
        var story = asks("monthly", "en");
        stripe.deliver(story.checkoutCompleted("subscription"));
        settle();
        var sealed = jdbc.sql("""
                        update supporter s set email = decode('00', 'hex') || s.email
                        from supporter_customer c where c.supporter = s.id and c.customer = :customer returning old.email
                        """)
                .param("customer", story.customer())
                .query(byte[].class)
                .single();

        story.monthly().forEach(stripe::deliver);
        awaitAttempts(story, 1);

        assertThat(status(story)).isEqualTo("waiting");
        assertThat(lastError(story)).matches("[A-Za-z/]+");
        assertThat(booked(story)).isTrue();
        assertThat(jdbc.sql("select count(*) from stripe_event where donation = :donation and status <> 'applied'")
                        .param("donation", story.donation())
                        .query(Long.class)
                        .single())
                .isZero();

        jdbc.sql("""
                        update supporter s set email = :sealed
                        from supporter_customer c where c.supporter = s.id and c.customer = :customer
                        """)
                .param("sealed", sealed)
                .param("customer", story.customer())
                .update();
        triesAgain(story, 2);
        assertThat(status(story)).isEqualTo("sent");
        assertThat(mail.lettersTo(story.email())).hasSize(1);
    }

    private Story asks(String frequency, String language) {
        return asks(frequency, language, Duration.ZERO);
    }

    /// @param ago when the money moved
    private Story asks(String frequency, String language, Duration ago) {
        var checkout = reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", "5", "currency", "usd", "lang", language))
                .location()
                .getPath();
        var donation = jdbc.sql("select id from donation where checkout_session = :session")
                .param("session", checkout.substring(checkout.lastIndexOf('/') + 1))
                .query(UUID.class)
                .single();
        var story = Story.of(donation);
        return given(story, story.email(), clock.instant().minus(ago));
    }

    private static Story given(Story story, String email, Instant at) {
        return new Story(story.word(), story.donation(), email, at.truncatedTo(ChronoUnit.SECONDS));
    }

    private void settle() {
        letterWorker.wake();
        time.settle();
    }

    /// The pause is over.
    private void triesAgain(Story story, int attempt) {
        jdbc.sql("update letter set next_try_at = clock_timestamp() where about = :charge and status = 'waiting'")
                .param("charge", story.charge())
                .update();
        awaitAttempts(story, attempt);
    }

    private void awaitAttempts(Story story, int attempts) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            letterWorker.wake();
            return jdbc.sql("""
                            select exists (select from letter
                            where about = :charge and attempts >= :attempts and status <> 'sending')
                            """)
                    .param("charge", story.charge())
                    .param("attempts", attempts)
                    .query(Boolean.class)
                    .single();
        });
    }

    private void awaitStatus(Story story, String status) {
        await().until(() -> {
            letterWorker.wake();
            return status(story).equals(status);
        });
    }

    private long letters(Story story) {
        return letter(story, "count(*)").query(Long.class).single();
    }

    private String status(Story story) {
        return letter(story, "coalesce(min(status), 'none')")
                .query(String.class)
                .single();
    }

    private String lastError(Story story) {
        return letter(story, "last_error").query(String.class).single();
    }

    private int doubts(Story story) {
        return letter(story, "doubts").query(Integer.class).single();
    }

    private JdbcClient.StatementSpec letter(Story story, String what) {
        return jdbc.sql("select " + what + " from letter where kind = 'receipt' and about = :charge")
                .param("charge", story.charge());
    }

    private boolean booked(Story story) {
        return Stream.of("payment", "ledger_entry")
                .allMatch(table -> jdbc.sql("select count(*) = 1 from " + table + " where charge = :charge")
                        .param("charge", story.charge())
                        .query(Boolean.class)
                        .single());
    }
}
