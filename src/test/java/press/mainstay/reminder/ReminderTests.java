package press.mainstay.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.DemoMail.Letter;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.donation.Choice;
import press.mainstay.donation.Source;
import press.mainstay.mail.SuppressionService;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;
import press.mainstay.shared.QueueWorker;
import press.mainstay.supporter.SupporterService;

/// Asked for, confirmed, kept. A service of its own, since months pass.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=reminders")
class ReminderTests {

    private static final ZoneId RIGA = ZoneId.of("Europe/Riga");
    private static final Pattern LINK = Pattern.compile("https?://\\S+");

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private DemoClock clock;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SupporterService supporters;

    @Autowired
    private SuppressionService suppressions;

    @Autowired
    private ReminderService reminders;

    @Autowired
    private QueueWorker letterWorker;

    @Value("${local.management.port}")
    private int managementPort;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @Test
    void aReminderIsSentOnItsDayToWhoConfirmedIt() {
        var asked = ask(Map.of("when", "1-month"));
        assertThat(asked.status()).isEqualTo(303);
        assertThat(reader.get(asked.location().toString()).body()).contains("Please look into your mailbox");
        var letter = confirmationLetter();
        var page = reader.get(link(letter));
        assertThat(page.body()).contains("Shall we write to you?");
        assertThat(statuses()).containsExactly("asked");

        var confirmed = reader.post(path(link(letter)), Map.of("lang", "en"));
        assertThat(confirmed.status()).isEqualTo(303);
        assertThat(reader.get(confirmed.location().toString()).body()).contains("We will write to you");
        assertThat(statuses()).containsExactly("waiting");

        goTo(dueOn(), "09:29");
        assertThat(mail.lettersTo(address)).hasSize(1);
        goTo(dueOn(), "09:31");

        assertThat(mail.lettersTo(address)).hasSize(2);
        assertThat(statuses()).containsExactly("done");
        assertThat(outcome()).isEqualTo("sent");
        later(Period.ofMonths(2));
        assertThat(mail.lettersTo(address)).hasSize(2);
    }

    /// The choice goes along: the letter's link opens the page as it was left, and the gift counts as the
    /// reminder's.
    @Test
    void theLettersLinkOpensThePageAsItWasLeftAndTheGiftIsCountedAsBroughtByIt() {
        ask(Map.of("when", "3-months", "frequency", "monthly", "amount", "7.50", "currency", "eur", "article", "/ice"));
        confirm();
        later(Period.ofMonths(3).plusDays(1));
        var link = links(mail.lettersTo(address).getFirst()).getFirst();

        assertThat(URI.create(link).getQuery())
                .contains("frequency=monthly", "amount=7.50", "currency=eur", "article=/ice", "reminder=");
        assertThat(reader.get(link).body()).contains("value=\"7.50\"", "name=\"reminder\"");
        gives(Map.of("frequency", "once", "preset-once", "10", "reminder", parameter(link, "reminder")));

        assertThat(jdbc.sql("""
                        select count(*) from payment p join donation d on d.id = p.donation
                        join reminder r on r.id = d.reminder join supporter s on s.id = r.supporter
                        where s.email_hash = :hash
                        """).param("hash", hash()).query(Integer.class).single())
                .isEqualTo(1);
    }

    /// Decided when it is sent, by the person and not by the spelling.
    @Test
    void whoHasGivenMeanwhileIsNotAskedAndStaffSeeWhy() {
        ask(Map.of("when", "1-month"));
        confirm();
        later(Period.ofDays(3));
        givesAs(address.toUpperCase(), Map.of("frequency", "once", "preset-once", "10"));

        later(Period.ofMonths(1));

        assertThat(remindersSent()).isZero();
        assertThat(outcome()).isEqualTo("gave");
        assertThat(statuses()).containsExactly("done");
    }

    @Test
    void newsOfAGiftThatComesAfterTheDayAndBeforeTheLetterStillCounts() {
        ask(Map.of("when", "1-month"));
        confirm();
        letterWorker.stop();
        try {
            clock.moveTo(dueOn().atTime(9, 31).atZone(RIGA).toInstant());
            reminders.promiseDue();
            assertThat(statuses()).containsExactly("due");
            pays(address, Map.of("frequency", "once", "preset-once", "10"));
            stripe.deliver();
            await().until(() -> gifts() == 1);
        } finally {
            letterWorker.start();
        }
        time.settle();

        assertThat(remindersSent()).isZero();
        assertThat(outcome()).isEqualTo("gave");
    }

    @ParameterizedTest
    @CsvSource({"monthly, 5", "annual, 50"})
    void membersAreNotAskedEvenIfTheyWereBefore(String frequency, String amount) {
        gives(Map.of("frequency", frequency, "preset-" + frequency, amount));
        later(Period.ofDays(1));
        ask(Map.of("when", "1-month"));
        confirm();

        later(Period.ofMonths(1).plusDays(1));

        assertThat(remindersSent()).isZero();
        assertThat(outcome()).isEqualTo("member");
    }

    @Test
    void theGiftAfterWhichItWasAskedForDoesNotCountAgainstIt() {
        gives(Map.of("frequency", "once", "preset-once", "10"));
        ask(Map.of("when", "3-months", "source", "thanks"));
        confirm();

        later(Period.ofMonths(3).plusDays(1));

        assertThat(remindersSent()).isEqualTo(1);
    }

    /// The bank takes its days, and the reminder was asked for meanwhile.
    @Test
    void aGiftThatWasBegunBeforeDoesNotCountWhenItsMoneyComesLater() {
        debit();
        ask(Map.of("when", "3-months", "source", "thanks"));
        confirm();

        later(Period.ofMonths(3).plusDays(1));

        assertThat(gifts()).isEqualTo(1);
        assertThat(remindersSent()).isEqualTo(1);
    }

    @Test
    void aDebitThatTheBankIsStillWorkingOnCounts() {
        ask(Map.of("when", "1-month"));
        confirm();
        goTo(dueOn().minusDays(1), "09:00");
        debit();
        assertThat(gifts()).isZero();

        goTo(dueOn(), "09:32");

        assertThat(outcome()).isEqualTo("gave");
    }

    @Test
    void aRepeatingReminderStopsAtTheFirstGift() {
        ask(Map.of("when", "every-month", "source", "thanks"));
        confirm();
        later(Period.ofMonths(2).plusDays(1));
        assertThat(remindersSent()).isEqualTo(2);
        gives(Map.of("frequency", "once", "preset-once", "10"));

        later(Period.ofMonths(3));

        assertThat(remindersSent()).isEqualTo(2);
        assertThat(outcome()).isEqualTo("gave");
        assertThat(statuses()).containsExactly("done", "done", "done");
    }

    /// The relay was away at half past nine, say: the old one's letter is promised and not gone.
    @Test
    void whoConfirmsAnotherRepeatingReminderWhileALetterIsOnItsWayHasThatOneOnly() {
        ask(Map.of("when", "every-month"));
        confirm();
        ask(Map.of("when", "every-3-months"));
        time.settle();
        letterWorker.stop();
        try {
            clock.moveTo(dueOn().atTime(9, 31).atZone(RIGA).toInstant());
            reminders.promiseDue();
            assertThat(statuses()).containsExactlyInAnyOrder("due", "asked");
            jdbc.sql("update opt_in set asked_at = :now where email_hash = :hash")
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .param("hash", hash())
                    .update();

            reminders.confirm(reminders.byOptIn(optIn()).orElseThrow().id());
        } finally {
            letterWorker.start();
        }
        time.settle();

        assertThat(statuses()).containsExactlyInAnyOrder("stopped", "waiting");
        assertThat(outcome()).isEqualTo("replaced");
    }

    /// Old requests are deleted each hour; one that is over counts as gone before.
    @Test
    void whoAsksAgainAfterFourteenDaysGetsALetterAgain() {
        ask(Map.of("when", "1-month"));
        time.settle();
        jdbc.sql("update opt_in set asked_at = asked_at - interval '14 days' where email_hash = :hash")
                .param("hash", hash())
                .update();

        ask(Map.of("when", "1-month"));
        confirm();

        assertThat(mail.lettersTo(address)).hasSize(2);
        assertThat(statuses()).containsExactly("waiting");
    }

    @Test
    void aRepeatingReminderStopsAfterTwelveLetters() {
        ask(Map.of("when", "every-month"));
        confirm();
        jdbc.sql("update reminder r set number = 11 from supporter s where s.id = r.supporter and s.email_hash = :hash")
                .param("hash", hash())
                .update();

        later(Period.ofMonths(4));

        assertThat(remindersSent()).isEqualTo(2);
        assertThat(statuses()).containsExactly("done", "done");
    }

    @Test
    void afterAnOutageOfAWeekALetterIsLateAndNotSent() {
        ask(Map.of("when", "1-month"));
        confirm();
        var due = dueOn();

        clock.moveTo(due.plusDays(7).atTime(9, 31).atZone(RIGA).toInstant());
        time.settle();

        assertThat(remindersSent()).isZero();
        assertThat(outcome()).isEqualTo("late");
    }

    @Test
    void afterAnOutageOfSixDaysTheLetterIsSent() {
        ask(Map.of("when", "1-month"));
        confirm();
        var due = dueOn();

        clock.moveTo(due.plusDays(6).atTime(9, 31).atZone(RIGA).toInstant());
        time.settle();

        assertThat(remindersSent()).isEqualTo(1);
    }

    @Test
    void aThousandPostsForOneAddressMakeOneMail() {
        for (var i = 0; i < 1000; i++) {
            reminders.ask(command(i % 2 == 0 ? address : address.toUpperCase()));
        }
        time.settle();

        assertThat(mail.lettersTo(address)).hasSize(1);
        assertThat(statuses()).containsExactly("asked");
    }

    @Test
    void whatIsNotConfirmedIsForgottenAfterFourteenDays() {
        ask(Map.of("when", "3-months"));
        var link = link(confirmationLetter());
        later(Period.ofDays(14).plusDays(1));

        assertThat(statuses()).isEmpty();
        assertThat(jdbc.sql("select exists (select from opt_in where email_hash = :hash)")
                        .param("hash", hash())
                        .query(Boolean.class)
                        .single())
                .isFalse();
        assertThat(reader.get(link).status()).isEqualTo(404);
        assertThat(reader.post(path(link), Map.of()).status()).isEqualTo(404);
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    @Test
    void scannersThatOpenEveryLinkTwiceChangeNothing() {
        ask(Map.of("when", "every-month"));
        var confirmation = confirmationLetter();
        crawl(confirmation);
        assertThat(statuses()).containsExactly("asked");
        confirm();
        later(Period.ofMonths(1).plusDays(1));
        var letter = mail.lettersTo(address).getFirst();

        crawl(letter);

        assertThat(statuses()).containsExactly("done", "waiting");
        assertThat(letter.header("List-Unsubscribe"))
                .hasValueSatisfying(header -> assertThat(header).startsWith("<" + reader.origin()));
    }

    @Test
    void oneClickInTheMailProgramLeavesTheReminders() {
        ask(Map.of("when", "every-month"));
        confirm();
        later(Period.ofMonths(1).plusDays(1));
        var letter = mail.lettersTo(address).getFirst();
        assertThat(letter.header("List-Unsubscribe-Post")).hasValue("List-Unsubscribe=One-Click");
        assertThat(letter.header("List-Id")).isPresent();
        assertThat(letter.header("Auto-Submitted")).hasValue("auto-generated");
        var button = letter.header("List-Unsubscribe").orElseThrow().replaceAll("[<>]", "");

        var first = new Visitor(reader.origin()).post(button, Map.of("List-Unsubscribe", "One-Click"));
        var second = new Visitor(reader.origin()).post(button, Map.of("List-Unsubscribe", "One-Click"));

        assertThat(List.of(first.status(), second.status())).containsOnly(200);
        assertThat(first.header("Set-Cookie")).isEmpty();
        assertThat(statuses()).containsExactly("done", "stopped");
        later(Period.ofMonths(3));
        assertThat(remindersSent()).isEqualTo(1);
    }

    @Test
    void askingAgainLiftsNoUnsubscribeButTheOwnersConfirmationDoes() {
        ask(Map.of("when", "1-month"));
        confirm();
        suppressions.leave(person(), MailList.REMINDERS, Reason.UNSUBSCRIBED);
        ask(Map.of("when", "3-months"));
        time.settle();
        assertThat(suppressed()).isTrue();
        assertThat(statuses()).containsExactlyInAnyOrder("stopped", "asked");

        var letter = mail.lettersTo(address).getFirst();
        reader.post(path(link(letter)), Map.of());

        assertThat(suppressed()).isFalse();
        later(Period.ofMonths(3).plusDays(1));
        assertThat(remindersSent()).isEqualTo(1);
    }

    @Test
    void whoCalledOurMailSpamIsNotEvenAskedToConfirm() {
        ask(Map.of("when", "1-month"));
        confirm();
        suppressions.leave(person(), MailList.REMINDERS, Reason.COMPLAINT);
        var answer = ask(Map.of("when", "3-months"));
        time.settle();

        assertThat(answer.status()).isEqualTo(303);
        assertThat(mail.lettersTo(address)).hasSize(1);
        assertThat(jdbc.sql("select reason from letter where kind = 'reminder-confirmation' and status = 'unwanted'")
                        .query(String.class)
                        .list())
                .contains("complaint");
    }

    @Test
    void twoWishesForOneMonthAreOneLetter() {
        ask(Map.of("when", "1-month"));
        confirm();
        ask(Map.of("when", "every-month"));
        confirmLast();
        assertThat(statuses()).containsExactlyInAnyOrder("stopped", "waiting");

        later(Period.ofMonths(1).plusDays(1));

        assertThat(remindersSent()).isEqualTo(1);
    }

    @Test
    void theDayCanBeChangedFromTheLetter() {
        ask(Map.of("when", "1-month"));
        confirm();
        later(Period.ofMonths(1).plusDays(1));
        var change = links(mail.lettersTo(address).getFirst()).get(1);
        var day = clock.instant().atZone(RIGA).toLocalDate().plusMonths(2);

        assertThat(reader.get(change).body()).contains("Choose another day");
        var changed = reader.post(path(change), Map.of("when", "date", "date", day.toString(), "lang", "en"));
        assertThat(changed.status()).isEqualTo(303);
        assertThat(reader.get(changed.location().toString()).body()).contains("We will write to you");
        assertThat(reader.post(path(change), Map.of("when", "date", "date", "2020-01-01"))
                        .status())
                .isEqualTo(422);

        goTo(day, "09:31");
        assertThat(remindersSent()).isEqualTo(2);
    }

    @Test
    void aRepeatingReminderCanBeStoppedFromTheLetter() {
        ask(Map.of("when", "every-month"));
        confirm();
        later(Period.ofMonths(1).plusDays(1));
        var stop = links(mail.lettersTo(address).getFirst()).get(2);

        assertThat(reader.get(stop).body()).contains("Stop this reminder?");
        assertThat(reader.post(path(stop), Map.of()).status()).isEqualTo(303);
        assertThat(reader.post(path(stop), Map.of()).status()).isEqualTo(303);

        later(Period.ofMonths(2));
        assertThat(remindersSent()).isEqualTo(1);
        assertThat(statuses()).containsExactly("done", "stopped");
    }

    @ParameterizedTest
    @CsvSource({
        "email, nobody, 'Please type your e-mail address'",
        "email, '', 'Please type your e-mail address'",
        "when, '', 'Please choose a day'",
        "when, 2020-01-01, 'Please choose a day'",
        "consent, '', 'Please tick the box'"
    })
    void whatIsMissingIsSaidAndNothingIsLost(String field, String value, String sentence) {
        var form = new HashMap<>(Map.of("when", "3-months", "frequency", "annual", "amount", "50", "currency", "usd"));
        form.put(field, value);

        var answer = ask(form);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body())
                .contains(sentence)
                .contains("value=\"annual\"")
                .contains("value=\"50\"");
        if (!field.equals("email")) {
            assertThat(answer.body()).contains(address);
        }
        time.settle();
        assertThat(mail.lettersTo(address)).isEmpty();
    }

    @Test
    void aScriptAsksTheSameWay() {
        var answer = reader.post("/reminders", "application/json", """
                {"email": "%s", "when": "6-months", "consent": true}""".formatted(address));
        var wrong = reader.post("/reminders", "application/json", """
                {"email": "nobody", "when": "6-months", "consent": true}""");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body()).contains("\"email\":\"Please type");
        assertThat(confirmationLetter().subject()).isEqualTo("Please confirm");
    }

    /// Nothing of what was typed by whoever asked stands in the letter to a stranger.
    @Test
    void theLetterToAStrangerHoldsNothingThatWasTyped() {
        ask(Map.of("when", "1-month", "campaign", "buy-pills", "article", "/buy-pills", "source", "buy-pills"));

        assertThat(confirmationLetter().text() + confirmationLetter().html()).doesNotContain("buy-pills");
    }

    @Test
    void consentIsKeptWithItsWordsAndItsEnd() {
        ask(Map.of("when", "1-month", "source", "thanks"));
        confirm();
        suppressions.leave(person(), MailList.REMINDERS, Reason.UNSUBSCRIBED);

        var kept = jdbc.sql("""
                        select c.source, c.locale, t.words, c.withdrawn_by, c.confirmed_at >= c.asked_at as in_order
                        from consent c join consent_text t on t.version = c.text_version where supporter = :person
                        """).param("person", person()).query().singleRow();

        assertThat(kept)
                .containsEntry("source", "thanks")
                .containsEntry("locale", "en")
                .containsEntry("withdrawn_by", "reader")
                .containsEntry("in_order", true);
        assertThat((String) kept.get("words")).startsWith("Please write to me");
    }

    /// Three months after the last letter nothing tells who it was.
    @Test
    void whoNeverGaveIsForgottenAsTheFormSays() {
        ask(Map.of("when", "1-month"));
        confirm();
        var person = person();
        later(Period.ofMonths(1).plusDays(1));
        assertThat(remindersSent()).isEqualTo(1);
        later(Period.ofDays(85));
        assertThat(supporters.find(person)).isPresent();

        later(Period.ofDays(20));

        assertThat(supporters.find(person)).isEmpty();
    }

    /// Neither what it says nor what it does tells a stranger whether the address is known, a member's, or closed:
    /// the statements are the same, and so is the time they take.
    @Test
    void theAnswerTellsNothingOfTheAddress() {
        asked("first-" + address); // makes the salt of the day
        var unknown = asked("unknown-" + address);
        var unsubscribed = "unsubscribed-" + address;
        var complained = "complained-" + address;
        gives("member-" + address);
        gives(unsubscribed);
        suppressions.leave(person(unsubscribed), MailList.REMINDERS, Reason.UNSUBSCRIBED);
        suppressions.close(supporters.hash(new EmailAddress(complained)), Reason.HARD_BOUNCE);

        assertThat(unknown.answer().status()).isEqualTo(303);
        assertThat(unknown.statements()).hasSizeGreaterThan(3);
        for (var known : List.of("member-" + address, unsubscribed, complained)) {
            var asked = asked(known);
            assertThat(asked.answer().status()).isEqualTo(303);
            assertThat(asked.answer().location()).isEqualTo(unknown.answer().location());
            assertThat(asked.answer().body()).isEqualTo(unknown.answer().body());
            assertThat(asked.statements()).isEqualTo(unknown.statements());
        }
        var again = asked("unknown-" + address);
        assertThat(again.statements()).isEqualTo(unknown.statements());
    }

    @Test
    void staffSeeWhatBecameOfAPersonsReminders() {
        ask(Map.of("when", "1-month"));
        confirm();
        gives(address);
        later(Period.ofMonths(1).plusDays(1));
        var desk = new Visitor(URI.create("http://localhost:" + managementPort));

        var person = desk.post(
                "/actuator/reminders", "application/json", "{\"address\": \"%s\"}".formatted(address.toUpperCase()));
        var all = desk.get("/actuator/reminders");

        assertThat(person.body())
                .contains("\"outcome\":\"gave\"", "\"status\":\"done\"")
                .doesNotContain("@");
        assertThat(all.body())
                .contains("\"outcome\":\"gave\"", "\"unconfirmed\":")
                .doesNotContain("@");
    }

    /// A country changes its clocks between asking and sending: the letter comes at half past nine by the new ones.
    @Test
    void theRulesThatAZoneHasOnTheDayCount() {
        ChangingZone.rules(ZoneRules.of(ZoneOffset.ofHours(3)));
        ask(Map.of("when", "1-month"));
        confirm();
        jdbc.sql(
                        "update reminder r set zone = :zone from supporter s where s.id = r.supporter and s.email_hash = :hash")
                .param("zone", ChangingZone.ID)
                .param("hash", hash())
                .update();
        var day = dueOn();
        goTo(day.atTime(4, 31).toInstant(ZoneOffset.UTC));
        assertThat(remindersSent()).isZero();

        ChangingZone.rules(ZoneRules.of(ZoneOffset.ofHours(5)));
        goTo(day.atTime(4, 33).toInstant(ZoneOffset.UTC));

        assertThat(remindersSent()).isEqualTo(1);
    }

    private record Asked(Visitor.Answer answer, List<String> statements) {}

    private Asked asked(String by) {
        var log = (Logger) LoggerFactory.getLogger(JdbcTemplate.class);
        var tape = new ListAppender<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                event.prepareForDeferredProcessing(); // else it takes the name of whichever thread asks for it
                super.append(event);
            }
        };
        tape.start();
        log.setLevel(Level.DEBUG);
        log.setAdditive(false);
        log.addAppender(tape);
        try {
            var answer =
                    reader.post("/reminders", Map.of("email", by, "consent", "yes", "lang", "en", "when", "1-month"));
            return new Asked(
                    answer,
                    tape.list.stream()
                            .filter(event -> event.getThreadName().contains("omcat"))
                            .map(event -> event.getFormattedMessage().replaceAll("\\s+", " "))
                            .toList());
        } finally {
            log.detachAppender(tape);
            log.setLevel(null);
            log.setAdditive(true);
        }
    }

    private Visitor.Answer ask(Map<String, String> choice) {
        var form = new HashMap<>(Map.of("email", address, "consent", "yes", "lang", "en"));
        form.putAll(choice);
        return reader.post("/reminders", form);
    }

    private Letter confirmationLetter() {
        time.settle();
        return mail.lettersTo(address).getFirst();
    }

    private void confirmLast() {
        time.settle();
        reader.post(path(link(mail.lettersTo(address).getFirst())), Map.of());
    }

    private void gives(String who) {
        givesAs(who, Map.of("frequency", "once", "preset-once", "10"));
    }

    private void gives(Map<String, String> choice) {
        givesAs(address, choice);
    }

    private void givesAs(String spelling, Map<String, String> choice) {
        pays(spelling, choice);
        time.settle();
    }

    private void debit() {
        var page = reader.post(
                        "/donations", Map.of("frequency", "once", "amount", "50", "currency", "eur", "lang", "en"))
                .location();
        stripe.reader(page.toString()).as("Reader", address).paysBySepa();
        time.settle();
    }

    private int gifts() {
        return jdbc.sql("""
                        select count(*) from payment p join supporter_customer c on c.customer = p.customer
                        join supporter s on s.id = c.supporter where s.email_hash = :hash
                        """).param("hash", hash()).query(Integer.class).single();
    }

    private void pays(String spelling, Map<String, String> choice) {
        var form = new HashMap<>(Map.of("currency", "usd", "lang", "en"));
        form.putAll(choice);
        var page = reader.post("/donations", form).location();
        stripe.reader(page.toString()).paysByCard(spelling);
    }

    private AskReminder command(String spelling) {
        return new AskReminder(
                new EmailAddress(spelling),
                new Schedule(clock.instant().atZone(RIGA).toLocalDate().plusMonths(1), null),
                RIGA,
                new Choice(null, null, new Source(null, null, null, null)),
                Locale.ENGLISH,
                "support",
                "words");
    }

    private void crawl(Letter letter) {
        var scanner = new Visitor(reader.origin());
        for (var link : links(letter)) {
            for (var i = 0; i < 2; i++) {
                scanner.head(link);
                scanner.get(link);
            }
        }
    }

    private long remindersSent() {
        return mail.lettersTo(address).stream()
                .filter(letter -> letter.subject().equals("You asked us to write to you"))
                .count();
    }

    private UUID optIn() {
        return jdbc.sql("select id from opt_in where email_hash = :hash")
                .param("hash", hash())
                .query(UUID.class)
                .single();
    }

    private UUID person() {
        return person(address);
    }

    private UUID person(String who) {
        return supporters.byAddress(new EmailAddress(who)).orElseThrow();
    }

    private boolean suppressed() {
        return suppressions
                .stops(supporters.hash(new EmailAddress(address)), MailList.REMINDERS)
                .isPresent();
    }

    private static String parameter(String link, String name) {
        return Pattern.compile("[?&]" + name + "=([^&]+)")
                .matcher(link)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private void confirm() {
        assertThat(reader.post(path(link(confirmationLetter())), Map.of("lang", "en"))
                        .status())
                .isEqualTo(303);
    }

    private static String link(Letter letter) {
        return links(letter).getFirst();
    }

    private static List<String> links(Letter letter) {
        return LINK.matcher(letter.text()).results().map(found -> found.group()).toList();
    }

    private static String path(String link) {
        return URI.create(link).getRawPath();
    }

    private List<String> statuses() {
        return jdbc.sql("""
                        select r.status from reminder r left join supporter s on s.id = r.supporter
                        left join opt_in o on o.id = r.opt_in
                        where coalesce(s.email_hash, o.email_hash) = :hash order by r.asked_at, r.number
                        """).param("hash", hash()).query(String.class).list();
    }

    private byte[] hash() {
        return supporters.hash(new EmailAddress(address)).bytes();
    }

    private LocalDate dueOn() {
        return jdbc.sql("""
                        select r.due_on from reminder r join supporter s on s.id = r.supporter
                        where s.email_hash = :hash and r.status = 'waiting'
                        """).param("hash", hash()).query(LocalDate.class).single();
    }

    private String outcome() {
        return jdbc.sql("""
                        select coalesce(l.reason, l.status) from letter l join supporter s on s.id = l.supporter
                        where s.email_hash = :hash and l.kind = 'reminder' order by l.promised_at desc limit 1
                        """).param("hash", hash()).query(String.class).single();
    }

    private void goTo(LocalDate day, String hour) {
        goTo(day.atTime(LocalTime.parse(hour)).atZone(RIGA).toInstant());
    }

    private void later(Period period) {
        goTo(clock.instant().atZone(RIGA).plus(period).toInstant());
    }

    /// In steps of five days, since a letter may be sent a week late.
    private void goTo(Instant target) {
        while (clock.instant().isBefore(target)) {
            var step = clock.instant().plus(Duration.ofDays(5));
            clock.moveTo(step.isBefore(target) ? step : target);
            time.settle();
        }
    }
}
