package press.mainstay.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
import press.mainstay.shared.Money;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripeOrder;
import press.mainstay.stripe.Webhooks;
import tools.jackson.databind.node.ObjectNode;

/// With a service of its own, since years pass.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=membership-letters")
class MembershipLettersTests {

    private static final Pattern LINK = Pattern.compile("https?://[^\\s\"]+");
    private static final ZoneId RIGA = ZoneId.of("Europe/Riga");

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

    @Autowired
    private StripeInbox inbox;

    private final String address = "member-" + UUID.randomUUID() + "@example.org";
    private String customer;
    private String subscription;

    @BeforeEach
    void eventsComeInOrder() {
        stripe.webhooksInOrder();
    }

    @AfterEach
    void asStripeIsSet() {
        stripe.afterLastRetry("canceled");
    }

    /// Else it would be renewed through all the years of the other tests.
    @AfterEach
    void theGiftEnds() {
        stripe.objects("subscription").stream()
                .filter(each -> !each.path("status").stringValue().equals("canceled"))
                .forEach(each -> stripe.cancelsNow(each.path("id").stringValue()));
    }

    @Test
    void aPaymentThatFailsIsToldOnceWithTheDayOfTheNextTry() {
        gives("monthly", "en");
        stripe.cards().failNext(customer, 2);

        passes(Period.ofMonths(1).plusDays(1));

        var next =
                Instant.ofEpochSecond(openInvoice().path("next_payment_attempt").longValue());
        assertSays(
                notice("A payment did not go through"),
                Locale.ENGLISH,
                List.of(portalLink()),
                "Your payment of $5 did not go through.",
                "On " + date(next, Locale.ENGLISH) + " it will be tried again.",
                "Monthly",
                "Change the card");

        passes(Period.ofDays(4));
        assertThat(openInvoice().path("attempt_count").intValue()).isEqualTo(2);
        assertThat(notices("A payment did not go through")).hasSize(1);
    }

    @Test
    void whenStripeTriesNoMoreTheLetterSaysSo() {
        gives("monthly", "ru");
        stripe.afterLastRetry("past_due");
        stripe.cards().failNext(customer, 4);

        ScriptedMailServer.takeAway(relay, this::allTriesFail);
        // a week later it would be kept as late
        jdbc.sql("update letter set send_before = :later where about = :invoice")
                .param("later", clock.instant().plusSeconds(60).atOffset(ZoneOffset.UTC))
                .param("invoice", openInvoice().path("id").stringValue())
                .update();
        letGo();

        assertSays(
                notice("Платёж не прошёл"),
                Locale.of("ru"),
                List.of(portalLink()),
                "Ваш платёж на сумму 5\u00a0$ не прошёл.",
                "Автоматических попыток больше не будет.",
                "Ежемесячно",
                "Сменить карту");
    }

    @Test
    void nothingIsToldOfAPaymentThatSucceededMeanwhile() {
        gives("monthly", "en");
        stripe.cards().failNext(customer);

        ScriptedMailServer.takeAway(relay, () -> {
            passes(Period.ofMonths(1).plusDays(1));
            assertThat(statuses("payment-failed", "in_%")).containsExactly("waiting");
            stripe.paysInvoice(openInvoice().path("id").stringValue());
            time.settle();
        });
        letGo();

        assertThat(statuses("payment-failed", "in_%")).containsExactly("unwanted");
        assertThat(letters()).extracting(Letter::subject).containsOnly("Your receipt");
    }

    @Test
    void whoHasEndedTheGiftMeanwhileIsNotReminded() {
        gives("monthly", "en");
        stripe.cards().failNext(customer);

        ScriptedMailServer.takeAway(relay, () -> {
            passes(Period.ofMonths(1).plusDays(1));
            stripe.cancelsNow(subscription);
            time.settle();
        });
        letGo();

        assertThat(openInvoice().path("attempt_count").intValue()).isEqualTo(1);
        assertThat(statuses("payment-failed", "in_%")).containsExactly("unwanted");
        assertThat(notices("Your regular payments have ended")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void aBankThatAsksIsToldAsSuchAndNotAsAFailure(String language) {
        gives("monthly", language);
        stripe.cards().failNext(customer, 1, "authentication_required");

        passes(Period.ofMonths(1).plusDays(1));

        var english = language.equals("en");
        assertSays(
                notice(english ? "Your bank asks you to confirm a payment" : "Банк просит вас подтвердить платёж"),
                Locale.of(language),
                List.of(portalLink()),
                english ? "whether you agree to a payment of $5." : "согласны ли вы на платёж на сумму 5\u00a0$.",
                english ? "Go to the payment" : "Перейти к платежу");
        assertThat(letters()).hasSize(2);
        assertThat(statuses("payment-failed", "in_%")).containsExactly("unwanted");
    }

    @Test
    void aBankThatWasAnsweredMeanwhileIsNotToldOf() {
        gives("monthly", "en");
        stripe.cards().failNext(customer, 1, "authentication_required");

        ScriptedMailServer.takeAway(relay, () -> {
            passes(Period.ofMonths(1).plusDays(1));
            stripe.authenticates(openInvoice().path("id").stringValue());
            time.settle();
        });
        letGo();

        assertThat(statuses("authentication", "in_%")).containsExactly("unwanted");
        assertThat(letters()).extracting(Letter::subject).containsOnly("Your receipt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void aPlannedEndIsConfirmedOnceAndItsComingIsNotToldAgain(String language) {
        gives("monthly", language);
        var english = language.equals("en");
        var locale = Locale.of(language);

        stripe.cancels(subscription);
        time.settle();

        var end = date(Instant.ofEpochSecond(object().path("cancel_at").longValue()), locale);
        var subject = english ? "Your regular payments will end" : "Регулярные платежи прекратятся";
        assertSays(
                notice(subject),
                locale,
                List.of(portalLink()),
                english ? "Your gift is paid until " + end : "Ваша поддержка оплачена до " + end,
                english ? "nothing more is charged" : "деньги больше не списываются",
                english ? "take the end back" : "всё можно вернуть");

        tellsAgain("customer.subscription.updated");
        passes(Period.ofMonths(1).plusDays(2));
        assertThat(object().path("status").stringValue()).isEqualTo("canceled");
        assertThat(notices(subject)).hasSize(1);
        assertThat(letters()).hasSize(2);
        assertThat(statuses("membership-ended", "sub_%")).containsExactly("unwanted");
    }

    @Test
    void anEndThatIsWithdrawnMeanwhileIsNotTold() {
        gives("monthly", "en");

        ScriptedMailServer.takeAway(relay, () -> {
            stripe.cancelsByFlag(subscription);
            time.settle();
            stripe.resumes(subscription);
            time.settle();
        });
        letGo();

        assertThat(statuses("membership-ends", "sub_%")).containsExactly("unwanted");
        assertThat(letters()).extracting(Letter::subject).containsOnly("Your receipt");
    }

    @Test
    void anEndForAnotherDayIsAnotherLetter() {
        gives("monthly", "en");
        stripe.cancels(subscription);
        time.settle();
        stripe.resumes(subscription);
        time.settle();
        passes(Period.ofMonths(1).plusDays(1));

        stripe.cancels(subscription);
        time.settle();

        assertThat(notices("Your regular payments will end")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void anEndAtOnceIsToldWithoutAskingForMore(String language) {
        gives("annual", language);

        stripe.cancelsNow(subscription);
        time.settle();
        tellsAgain("customer.subscription.deleted");

        var english = language.equals("en");
        assertSays(
                notice(english ? "Your regular payments have ended" : "Регулярные платежи прекращены"),
                Locale.of(language),
                List.of(portalLink()),
                english ? "Your gift has ended. Nothing more will be charged." : "Ваша поддержка прекращена.",
                english ? "Annual" : "Ежегодно",
                date(clock.instant(), Locale.of(language)));
        assertThat(letters()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"canceled", "unpaid"})
    void anEndByFailedPaymentsSaysSoAndHowToBeginAnew(String status) {
        gives("monthly", status.equals("unpaid") ? "ru" : "en");
        var english = status.equals("canceled");
        stripe.afterLastRetry(status);
        stripe.cards().failNext(customer, 4);

        allTriesFail();

        assertThat(object().path("status").stringValue()).isEqualTo(status);
        var anew = reader.origin() + "/?frequency=monthly&amount=5.00&currency=usd&lang=" + (english ? "en" : "ru");
        assertSays(
                notice(english ? "Your regular payments have ended" : "Регулярные платежи прекращены"),
                Locale.of(english ? "en" : "ru"),
                List.of(anew, portalLink()),
                english ? "The last payments did not reach us" : "Последние платежи до нас не дошли",
                english ? "Begin anew" : "Оформить заново");
        assertThat(reader.get(anew).status()).isEqualTo(200);
        assertThat(letters()).hasSize(3);

        passes(Period.ofMonths(2));
        assertThat(letters()).hasSize(3);
    }

    @Test
    void whoPaysWhatWasGivenUpIsNotToldOfAnEnd() {
        gives("monthly", "en");
        stripe.afterLastRetry("unpaid");
        stripe.cards().failNext(customer, 4);

        passes(Period.ofMonths(1).plusDays(1));
        passes(Period.ofDays(3));
        passes(Period.ofDays(5));
        ScriptedMailServer.takeAway(relay, () -> {
            passes(Period.ofDays(7));
            assertThat(object().path("status").stringValue()).isEqualTo("unpaid");
            stripe.paysInvoice(openInvoice().path("id").stringValue());
            time.settle();
        });
        letGo();

        assertThat(object().path("status").stringValue()).isEqualTo("active");
        assertThat(statuses("membership-ended", "sub_%")).containsExactly("unwanted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void anAnnualRenewalIsAnnouncedOnceTwoWeeksAhead(String language) {
        gives("annual", language);
        var english = language.equals("en");
        var locale = Locale.of(language);
        var renews = Instant.ofEpochSecond(object().path("items")
                .path("data")
                .path(0)
                .path("current_period_end")
                .longValue());

        passTo(renews.minus(Duration.ofDays(15)));
        assertThat(letters()).hasSize(1);

        passTo(renews.minus(Duration.ofDays(13)));
        assertSays(
                notice(english ? "A payment is coming up" : "Предстоящий платёж"),
                locale,
                List.of(portalLink()),
                english ? "On " + date(renews, locale) + " your annual gift" : date(renews, locale) + " ваша ежегодная",
                english ? "$60 will be collected" : "будет списано 60\u00a0$",
                english ? "Change or end your gift" : "Изменить или прекратить поддержку");

        passTo(renews.plus(Duration.ofDays(2)));
        assertThat(letters()).hasSize(3);
        assertThat(statuses("renewal", "sub_%")).containsExactly("sent");
    }

    @Test
    void whoEndsTheGiftMeanwhileHearsOfNoRenewal() {
        gives("annual", "en");

        passes(Period.ofYears(1).minusDays(15));
        ScriptedMailServer.takeAway(relay, () -> {
            passes(Period.ofDays(2));
            assertThat(statuses("renewal", "sub_%")).containsExactly("waiting");
            stripe.cancels(subscription);
            time.settle();
        });
        letGo();

        assertThat(statuses("renewal", "sub_%")).containsExactly("unwanted");
        assertThat(notices("Your regular payments will end")).hasSize(1);
    }

    @Test
    void whoGivesMonthlyOrHasPlannedTheEndHearsOfNoRenewal() {
        gives("annual", "en");
        stripe.cancels(subscription);
        time.settle();
        gives("monthly", "en");
        passes(Period.ofYears(1).minusDays(5));
        assertThat(statuses("renewal", "sub_%")).isEmpty();

        assertThat(jdbc.sql("""
                        select count(*) from letter l join subscription s on l.about like s.id || '@%'
                        where l.kind = 'renewal' and s.period = 'month'
                        """).query(Long.class).single()).isZero();
    }

    @Test
    void ofWhatWasBeforeTheServiceBeganNobodyIsTold() {
        var webhooks = new Webhooks(reader.origin(), "whsec_demo");
        var began = jdbc.sql("select began_at from stripe_account")
                .query((row, _) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single();
        var story = new Story(
                UUID.randomUUID().toString().substring(0, 12).replace("-", ""),
                UUID.randomUUID(),
                address,
                began.minusSeconds(3_600));

        for (var event : List.of(
                story.checkoutCompleted("subscription"),
                story.event("invoice.payment_failed", "failed", invoice(story)),
                story.event("invoice.payment_action_required", "asks", invoice(story)),
                story.event("customer.subscription.updated", "plans", subscription(story, "active", story.at())),
                story.event("customer.subscription.deleted", "ends", subscription(story, "canceled", story.at())))) {
            webhooks.deliver(event);
        }
        // told now, but it was decided then
        var later = new Story(story.word(), story.donation(), address, began.plusSeconds(5));
        webhooks.deliver(
                later.event("customer.subscription.updated", "later", subscription(story, "active", story.at())));
        time.settle();

        assertThat(jdbc.sql("select count(*) from letter where about like :about")
                        .param("about", "%_" + story.word() + "%")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    /// Stripe goes on telling of what is unpaid, at each turn of the month.
    @Test
    void whatHadLapsedBeforeAnImportIsNoNews() {
        var webhooks = new Webhooks(reader.origin(), "whsec_demo");
        var story = Story.of(UUID.randomUUID());
        story = new Story(
                story.word(), story.donation(), address, clock.instant().minusSeconds(600));
        webhooks.deliver(story.checkoutCompleted("subscription"));
        time.settle();
        inbox.apply(List.of(new SubscriptionChanged(
                story.subscription(),
                story.subscription() + "@import",
                Via.IMPORT,
                false,
                story.donation(),
                story.customer(),
                "unpaid",
                false,
                new Money(500, "usd"),
                6_000,
                "month",
                story.at().minusSeconds(86_400),
                null,
                null,
                null,
                null,
                null,
                new StripeOrder(story.at().getEpochSecond() << 10 | 1 << 8 | 1))));

        webhooks.deliver(story.subscription(
                "customer.subscription.updated", "unpaid", story.at().plusSeconds(60)));
        time.settle();

        customer = story.customer();
        assertThat(letters()).isEmpty();
        assertThat(statuses("membership-ended", "sub_%")).containsExactly("unwanted");
    }

    @Test
    void anEndThatWasPlannedIsNotToldAgainWhicheverNewsComesFirst() {
        var webhooks = new Webhooks(reader.origin(), "whsec_demo");
        for (var order : List.of("01", "10")) {
            var planned = Story.of(UUID.randomUUID());
            var at = clock.instant().minusSeconds(600);
            planned = new Story(planned.word(), planned.donation(), planned.email(), at);
            var ended = new Story(planned.word(), planned.donation(), planned.email(), at.plusSeconds(60));
            var events = List.of(
                    planned.event("customer.subscription.updated", "plans", subscription(planned, "active", at)),
                    ended.event("customer.subscription.deleted", "ends", subscription(planned, "canceled", at)));
            webhooks.deliver(planned.checkoutCompleted("subscription"));
            time.settle();

            ScriptedMailServer.takeAway(relay, () -> {
                for (var which : order.toCharArray()) {
                    webhooks.deliver(events.get(which - '0'));
                    time.settle();
                }
            });
            letGo();

            assertThat(mail.lettersTo(planned.email())).as(order).isEmpty();
            assertThat(jdbc.sql("select status from letter where kind = 'membership-ended' and about = :about")
                            .param("about", planned.subscription())
                            .query(String.class)
                            .list())
                    .containsExactly("unwanted");
        }
    }

    @Test
    void whatAnotherApplicationSellsIsNoBusinessOfOurs() {
        var other = stripe.subscribes(address, 900, "usd", "month", "prod_other", Map.of());
        time.settle();
        stripe.cancelsNow(other);
        time.settle();

        assertThat(letters()).isEmpty();
    }

    /// Left alone by the mail server, letters are tried again later than a test can wait.
    private void letGo() {
        jdbc.sql("update letter set next_try_at = clock_timestamp() where status = 'waiting'")
                .update();
        letterWorker.wake();
        time.settle();
    }

    /// Stripe tries after three, five and seven days.
    private void allTriesFail() {
        passes(Period.ofMonths(1).plusDays(1));
        List.of(3, 5, 7).forEach(days -> passes(Period.ofDays(days)));
    }

    private void passes(Period period) {
        passTo(clock.instant().atZone(ZoneOffset.UTC).plus(period).toInstant());
    }

    /// At one go: the days between hold nothing to see.
    private void passTo(Instant moment) {
        clock.moveTo(moment);
        time.settle();
    }

    private void gives(String frequency, String language) {
        var amount = frequency.equals("annual") ? "60" : "5";
        var checkout = reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", amount, "currency", "usd", "lang", language))
                .location();
        stripe.reader(checkout.toString()).paysByCard(address);
        time.settle();
        customer = stripe.objects("customer").stream()
                .filter(each -> each.path("email").stringValue("").equals(address))
                .map(each -> each.path("id").stringValue())
                .findFirst()
                .orElseThrow();
        subscription = stripe.objects("subscription").stream()
                .filter(each -> each.path("customer").stringValue("").equals(customer))
                .map(each -> each.path("id").stringValue())
                .findFirst()
                .orElseThrow();
    }

    private ObjectNode object() {
        return stripe.objects("subscription").stream()
                .filter(each -> each.path("id").stringValue().equals(subscription))
                .findFirst()
                .orElseThrow();
    }

    private ObjectNode openInvoice() {
        return stripe.objects("invoice").stream()
                .filter(each -> each.path("customer").stringValue("").equals(customer))
                .filter(each -> each.path("status").stringValue().equals("open"))
                .findFirst()
                .orElseThrow();
    }

    private void tellsAgain(String type) {
        stripe.objects("event").stream()
                .filter(event -> event.path("type").stringValue().equals(type))
                .filter(event -> event.path("data")
                        .path("object")
                        .path("id")
                        .stringValue("")
                        .equals(subscription))
                .forEach(event -> stripe.redeliver(event.path("id").stringValue()));
        jdbc.sql(
                        "update stripe_event set status = 'new', applied_at = null, next_try_at = clock_timestamp() where object_id = :id and status = 'applied'")
                .param("id", subscription)
                .update();
        time.settle();
    }

    private List<Letter> letters() {
        return mail.lettersTo(address);
    }

    private List<Letter> notices(String subject) {
        return letters().stream()
                .filter(letter -> letter.subject().equals(subject))
                .toList();
    }

    private Letter notice(String subject) {
        var found = notices(subject);
        assertThat(found).as("letters of %s: %s", address, letters()).hasSize(1);
        return found.getFirst();
    }

    private List<String> statuses(String kind, String about) {
        return jdbc.sql("""
                        select status from letter where kind = :kind and about like :about and customer = :customer
                        """)
                .param("kind", kind)
                .param("about", about)
                .param("customer", customer)
                .query(String.class)
                .list();
    }

    /// The newest letter's own: each is signed anew.
    private String portalLink() {
        return LINK.matcher(letters().getFirst().text())
                .results()
                .map(MatchResult::group)
                .filter(link -> link.startsWith(reader.origin() + "/account/gift/"))
                .findFirst()
                .orElseThrow();
    }

    private void assertSays(Letter letter, Locale locale, List<String> links, String... texts) {
        for (var part : List.of(letter.text(), letter.html().replace("&amp;", "&"))) {
            assertThat(part)
                    .contains(texts)
                    .contains(
                            locale.getLanguage().equals("ru")
                                    ? List.of("Здравствуйте!", "ответьте на это письмо", "Polynya")
                                    : List.of("Hello,", "answer this letter", "Polynya"))
                    .doesNotContainPattern("\\{\\d|\\?\\?|\\$\\{|\\[\\(|notice\\.|г\\.\\.");
            assertThat(LINK.matcher(part).results().map(MatchResult::group))
                    .filteredOn(link -> !link.contains("thymeleaf"))
                    .containsExactlyElementsOf(links);
        }
        assertThat(letter.html())
                .contains("lang=\"" + locale.toLanguageTag() + "\"")
                .doesNotContain("<img", "src=", "url(");
        assertThat(letter.subject()).doesNotContain("Polynya", "$");
        for (var link : links) {
            assertThat(reader.get(link).status()).as(link).isEqualTo(200);
            assertThat(URI.create(link).getQuery()).endsWith("lang=" + locale.toLanguageTag());
        }
    }

    private static String date(Instant instant, Locale locale) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(locale)
                .format(instant.atZone(RIGA));
    }

    /// @param planned when an end was asked for, to come a week later
    private static String subscription(Story story, String status, Instant planned) {
        var ended = status.equals("canceled") ? String.valueOf(planned.getEpochSecond() + 60) : "null";
        return """
                {"id": "sub_%1$s", "object": "subscription", "status": "%2$s", "customer": "cus_%1$s", "metadata": %3$s,
                 "cancel_at": %4$d, "cancel_at_period_end": false, "canceled_at": %5$d, "ended_at": %6$s,
                 "start_date": %7$d, "cancellation_details": {"reason": "cancellation_requested"},
                 "items": {"object": "list", "data": [{"id": "si_%1$s", "object": "subscription_item", "quantity": 1,
                   "current_period_end": %4$d,
                   "price": {"id": "price_%1$s", "object": "price", "unit_amount": 500, "currency": "usd",
                             "recurring": {"interval": "month", "interval_count": 1}}}]}}
                """.formatted(
                        story.word(),
                        status,
                        story.metadata(),
                        planned.getEpochSecond() + 604_800,
                        planned.getEpochSecond(),
                        ended,
                        planned.getEpochSecond() - 86_400);
    }

    private static String invoice(Story story) {
        return """
                {"id": "in_%1$s", "object": "invoice", "customer": "cus_%1$s", "status": "open", "amount_due": 500,
                 "currency": "usd", "attempt_count": 1, "next_payment_attempt": null, "lines": {"data": []},
                 "status_transitions": {"paid_at": null},
                 "parent": {"type": "subscription_details",
                            "subscription_details": {"subscription": "sub_%1$s", "metadata": %2$s}}}
                """.formatted(story.word(), story.metadata());
    }
}
