package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.DemoMail.Letter;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.mail.ScriptedMailServer;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;

/// Money that goes back, and debits that never came. With a service of its own, since days pass.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=refund-letters")
class RefundLetterTests {

    private static final Pattern LINK = Pattern.compile("https?://[^\\s\"]+");

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
    private JavaMailSenderImpl relay;

    @Autowired
    private QueueWorker letterWorker;

    private final String address = "refunded-" + UUID.randomUUID() + "@example.org";
    private Webhooks webhooks;

    @BeforeEach
    void find() {
        webhooks = new Webhooks(reader.origin(), "whsec_demo");
    }

    @ParameterizedTest
    @CsvSource({"once, en", "once, ru", "monthly, en", "monthly, ru"})
    void aRefundIsToldOnce(String frequency, String language) {
        var charge = gives(frequency, language);

        stripe.refunds(charge, 450L);
        time.settle();
        tellAgain("refund");

        var english = language.equals("en");
        var letter = newest();
        assertThat(letter.subject()).isEqualTo(english ? "Your refund is on its way" : "Возврат денег");
        for (var part : parts(letter)) {
            assertThat(part)
                    .contains(english ? "We have sent $4.50 back to you." : "Мы отправили вам обратно 4,50\u00a0$.")
                    .contains(english ? "within 5 to 10 days" : "в течение 5–10 дней")
                    .doesNotContainPattern("\\{\\d|\\?\\?|\\$\\{|\\[\\(|notice\\.");
            if (frequency.equals("once")) {
                assertThat(links(part)).isEmpty();
            } else {
                assertThat(links(part))
                        .singleElement()
                        .asString()
                        .startsWith(reader.origin() + "/account/gift/")
                        .endsWith("?lang=" + language);
            }
        }
        assertThat(letters()).hasSize(2);
    }

    @Test
    void eachRefundOfAPaymentHasALetter() {
        var charge = gives("once", "en");

        stripe.refunds(charge, 200L);
        stripe.refunds(charge, null);
        time.settle();

        assertThat(letters()).hasSize(3);
        assertThat(letters().getFirst().text() + letters().get(1).text()).contains("sent $2 back", "sent $13 back");
    }

    @Test
    void aRefundThatIsPendingIsToldOnceAndNotAgainWhenItArrives() {
        var charge = gives("once", "en");

        var refund = stripe.refundPends(charge, null);
        time.settle();
        stripe.refundArrives(refund);
        time.settle();

        assertThat(letters()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fails", "is cancelled"})
    void aRefundThatCameToNothingMeanwhileIsNotTold(String how) {
        var charge = gives("once", "en");

        ScriptedMailServer.takeAway(relay, () -> {
            var refund = stripe.refundPends(charge, null);
            time.settle();
            assertThat(statuses("refund", refund)).containsExactly("waiting");
            if (how.equals("fails")) {
                stripe.refundFails(refund);
            } else {
                stripe.refundCancels(refund);
            }
            time.settle();
        });
        letGo();

        assertThat(letters()).hasSize(1);
        assertThat(statuses("refund", "%"))
                .filteredOn(status -> status.equals("waiting"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"once", "monthly"})
    void refundAndPaymentMayComeInAnyOrder(String frequency) {
        for (var place = 0; place <= 3; place++) {
            var story = asks(frequency, clock.instant());
            var events = new ArrayList<>(
                    frequency.equals("once")
                            ? List.of(story.checkoutCompleted("payment"), story.chargeSucceeded(story.metadata()))
                            : List.of(
                                    story.checkoutCompleted("subscription"),
                                    story.chargeSucceeded("{}"),
                                    story.invoicePaymentPaid(),
                                    story.invoicePaid()));
            events.add(Math.min(place, events.size()), refund(story, "succeeded"));
            events.forEach(event -> {
                webhooks.deliver(event);
                time.settle();
            });

            assertThat(mail.lettersTo(story.email()))
                    .as("refund in place %s", place)
                    .extracting(Letter::subject)
                    .containsExactlyInAnyOrder("Your receipt", "Your refund is on its way");
        }
    }

    @Test
    void ofARefundThatNeverArrivedNothingIsSaid() {
        var story = asks("once", clock.instant());

        story.once().forEach(webhooks::deliver);
        webhooks.deliver(refund(story, "failed"));
        time.settle();

        assertThat(mail.lettersTo(story.email())).hasSize(1);
        assertThat(statuses("refund", "re_" + story.word())).allMatch("unwanted"::equals);
    }

    @Test
    void ofARefundFromBeforeTheServiceBeganNobodyIsTold() {
        var story = asks("once", clock.instant().minus(Duration.ofDays(30)));

        story.once().forEach(webhooks::deliver);
        webhooks.deliver(refund(story, "succeeded"));
        time.settle();

        assertThat(mail.lettersTo(story.email())).isEmpty();
        assertThat(statuses("refund", "re_" + story.word())).isEmpty();
    }

    @Test
    void aRefundOfWhatIsNoGiftIsNotTold() {
        var story = Story.of(UUID.randomUUID());
        story = new Story(story.word(), story.donation(), story.email(), now(clock.instant()));
        webhooks.deliver(story.checkoutCompleted("payment"));
        webhooks.deliver(story.chargeSucceeded("{}"));
        webhooks.deliver(refund(story, "succeeded"));
        time.settle();

        assertThat(statuses("refund", "re_" + story.word())).isEmpty();
        assertThat(mail.lettersTo(story.email())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void aDebitThatTheBankDidNotPayIsToldOnceWithTheWayToTryAgain(String language) {
        stripe.reader(checkout("once", language)).as("Robin", address).paysBySepaInVain();
        time.settle();
        passes(Duration.ofDays(6));
        tellAgain("checkout.session");

        var english = language.equals("en");
        assertThat(letters()).singleElement().satisfies(letter -> {
            assertThat(letter.subject()).isEqualTo(english ? "A payment did not go through" : "Платёж не прошёл");
            for (var part : parts(letter)) {
                assertThat(part)
                        .contains(english ? "did not carry out the debit of" : "не выполнил списание на сумму")
                        .contains(english ? "Nothing was charged." : "Деньги не списаны.")
                        .doesNotContainPattern("\\{\\d|\\?\\?|\\$\\{|\\[\\(|notice\\.");
                assertThat(links(part))
                        .containsExactly(reader.origin() + "/?frequency=once&amount=15&currency=eur&lang=" + language);
            }
        });
        assertThat(reader.get(links(newest().text()).getFirst()).body()).contains("value=\"15\"");
    }

    @Test
    void aFirstDebitOfARegularGiftThatFailsIsToldOnceByItsInvoice() {
        stripe.reader(checkout("monthly", "en")).as("Robin", address).paysBySepaInVain();
        time.settle();
        passes(Duration.ofDays(6));

        assertThat(letters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.text())
                        .contains("did not go through", "it will be tried again", "/account/gift/")
                        .doesNotContain("/?frequency="));
    }

    @Test
    void whoHasPaidAfterAllIsNotToldOfTheDebit() {
        var story = asks("once", clock.instant());

        ScriptedMailServer.takeAway(relay, () -> {
            webhooks.deliver(story.checkoutCompleted("payment").replace("\"paid\"", "\"unpaid\""));
            webhooks.deliver(debitFailed(story));
            time.settle();
            assertThat(statuses("debit-failed", session(story))).containsExactly("waiting");
            webhooks.deliver(story.chargeSucceeded(story.metadata()));
            time.settle();
        });
        letGo();

        assertThat(statuses("debit-failed", session(story))).containsExactly("unwanted");
        assertThat(mail.lettersTo(story.email())).extracting(Letter::subject).containsExactly("Your receipt");
    }

    private static String session(Story story) {
        return "cs_test_" + story.word();
    }

    private static String debitFailed(Story story) {
        return story.checkoutCompleted("payment")
                .replace("evt_cs_", "evt_failed_")
                .replace("checkout.session.completed", "checkout.session.async_payment_failed")
                .replace("\"paid\"", "\"unpaid\"");
    }

    private static String refund(Story story, String status) {
        return story.event("refund.created", "re_" + status, """
                {"id": "re_%1$s", "object": "refund", "charge": "ch_%1$s", "amount": 500, "currency": "usd",
                 "status": "%2$s", "created": %3$d, "balance_transaction": null}
                """.formatted(
                        story.word(), status, story.at().getEpochSecond()));
    }

    private String checkout(String frequency, String language) {
        return reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", "15", "currency", "eur", "lang", language))
                .location()
                .toString();
    }

    /// @return the charge
    private String gives(String frequency, String language) {
        var checkout = reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", "15", "currency", "usd", "lang", language))
                .location()
                .toString();
        stripe.reader(checkout).paysByCard(address);
        time.settle();
        return jdbc.sql("""
                        select p.charge from payment p join donation d on d.id = p.donation
                        where d.checkout_session = :session
                        """)
                .param("session", checkout.substring(checkout.lastIndexOf('/') + 1))
                .query(String.class)
                .single();
    }

    /// A donation on our page whose events the test words.
    private Story asks(String frequency, Instant at) {
        var checkout = checkout(frequency, "en");
        var donation = jdbc.sql("select id from donation where checkout_session = :session")
                .param("session", checkout.substring(checkout.lastIndexOf('/') + 1))
                .query(UUID.class)
                .single();
        var story = Story.of(donation);
        jdbc.sql("update donation set checkout_session = :session where id = :id")
                .param("session", session(story))
                .param("id", donation)
                .update();
        return new Story(story.word(), donation, story.email(), now(at));
    }

    private static Instant now(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS);
    }

    /// All that was told of such objects is applied once more.
    private void tellAgain(String object) {
        jdbc.sql("""
                        update stripe_event set status = 'new', applied_at = null, next_try_at = clock_timestamp()
                        where type like :type and status = 'applied'
                        """).param("type", object + "%").update();
        time.settle();
    }

    private void passes(Duration duration) {
        clock.forward(duration);
        time.settle();
    }

    /// Left alone by the mail server, letters are tried again later than a test can wait.
    private void letGo() {
        jdbc.sql("update letter set next_try_at = clock_timestamp() where status = 'waiting'")
                .update();
        letterWorker.wake();
        time.settle();
    }

    private List<Letter> letters() {
        return mail.lettersTo(address);
    }

    private Letter newest() {
        return letters().getFirst();
    }

    private static List<String> parts(Letter letter) {
        return List.of(letter.text(), letter.html().replace("&amp;", "&"));
    }

    private static List<String> links(String part) {
        return LINK.matcher(part)
                .results()
                .map(MatchResult::group)
                .filter(link -> !link.contains("thymeleaf"))
                .toList();
    }

    private List<String> statuses(String kind, String about) {
        return jdbc.sql("select status from letter where kind = :kind and about like :about")
                .param("kind", kind)
                .param("about", about)
                .query(String.class)
                .list();
    }
}
