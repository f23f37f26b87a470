package press.mainstay.donation;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.BrowserTest;
import press.mainstay.Browsing;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

@BrowserTest
class GivingBrowserTests {

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @AfterEach
    void stripeIsWell() {
        stripe.faults().clear();
    }

    /// What a reader picks by the page's words, and what they read of it afterwards.
    private record Gift(
            String language,
            String word,
            String frequency,
            String amount,
            String booked,
            String sentence,
            String button,
            String thanks) {}

    private static final List<Gift> GIFTS = List.of(
            new Gift(
                    "en",
                    "once",
                    "Once",
                    "$50",
                    "5000 usd",
                    "You give $50 once.",
                    "Continue: $50 once",
                    "Your gift of $50 has arrived."),
            new Gift(
                    "en",
                    "monthly",
                    "Monthly",
                    "$2",
                    "200 usd",
                    "You give $2 a month.",
                    "Continue: $2 a month",
                    "Your gift of $2 a month has begun; the first payment has arrived."),
            new Gift(
                    "en",
                    "annual",
                    "Annual",
                    "$100",
                    "10000 usd",
                    "You give $100 a year.",
                    "Continue: $100 a year",
                    "Your gift of $100 a year has begun; the first payment has arrived."),
            new Gift(
                    "ru",
                    "once",
                    "Разово",
                    "50 $",
                    "5000 usd",
                    "Вы жертвуете 50 $ один раз.",
                    "Продолжить: 50 $ один раз",
                    "Ваше пожертвование получено: 50 $."),
            new Gift(
                    "ru",
                    "monthly",
                    "Ежемесячно",
                    "2 $",
                    "200 usd",
                    "Вы жертвуете 2 $ в месяц.",
                    "Продолжить: 2 $ в месяц",
                    "Вы поддерживаете нас ежемесячно: 2 $ в месяц. Первый платёж получен."),
            new Gift(
                    "ru",
                    "annual",
                    "Ежегодно",
                    "100 $",
                    "10000 usd",
                    "Вы жертвуете 100 $ в год.",
                    "Продолжить: 100 $ в год",
                    "Вы поддерживаете нас ежегодно: 100 $ в год. Первый платёж получен."));

    static Stream<Arguments> gifts() {
        return GIFTS.stream().flatMap(gift -> Stream.of(Arguments.of(gift, true), Arguments.of(gift, false)));
    }

    @ParameterizedTest
    @MethodSource("gifts")
    void aGiftGoesIntoTheBooksAndItsReceiptIntoTheMailbox(Gift gift, boolean scripts, Browsing browsing) {
        var form = form(
                scripts
                        ? browsing.locale(gift.language())
                        : browsing.locale(gift.language()).withoutScripts());

        form.pick(gift.frequency()).pick(gift.amount());
        if (scripts) {
            assertThat(form.sentence()).hasText(gift.sentence());
            assertThat(form.button()).hasText(gift.button());
        }
        var session = form.goToCheckout();
        form.pay(address, "Pay by card");

        assertThat(form.page().locator("main")).containsText(gift.thanks());
        assertThat(form.page().content()).doesNotContain(address);
        time.settle();
        assertThat(payments(session)).containsExactly(gift.booked());
        assertThat(entries(session)).containsExactly(gift.booked());
        assertThat(asked(session)).isEqualTo(gift.word() + " " + gift.language());
        assertThat(subscriptions(session)).isEqualTo(gift.word().equals("once") ? 0 : 1);
        assertThat(mail.lettersTo(address)).singleElement().satisfies(receipt -> {
            assertThat(receipt.subject()).isEqualTo(gift.language().equals("ru") ? "Ваша квитанция" : "Your receipt");
            assertThat(receipt.text().replace('\u00a0', ' ')).contains(gift.amount());
            assertThat(receipt.html().replace('\u00a0', ' ')).contains(gift.amount());
        });
        browsing.assertNoComplaints();
    }

    @Test
    void whatIsPickedShowsAtOnce(Browsing browsing) {
        var form = form(browsing);
        assertThat(form.sentence()).hasText("You give $5 a month.");

        form.pick("$2");
        assertThat(form.sentence()).hasText("You give $2 a month.");
        assertThat(form.button()).hasText("Continue: $2 a month");

        form.pick("Annual");
        assertThat(form.sentence()).hasText("You give $50 a year.");

        form.pick("Another amount").type("77,50");
        assertThat(form.sentence()).hasText("You give $77.50 a year.");

        form.type("1");
        assertThat(form.sentence()).isHidden();
        assertThat(form.button()).hasText("Continue");
        browsing.assertNoComplaints();
    }

    @Test
    void aTypedAmountIsCharged(Browsing browsing) {
        var form = form(browsing);

        form.pick("Once").pick("Another amount").type("12,34");
        var session = form.goToCheckout();
        assertThat(form.page().locator(".amount")).hasText("$12.34");
        form.pay(address, "Pay by card");

        form.assertHeading("Thank you");
        time.settle();
        assertThat(payments(session)).containsExactly("1234 usd");
    }

    @Test
    void aLinkPreselects(Browsing browsing) {
        new SupportForm(browsing.open("/?frequency=once&amount=100")).assertPicked("Once", "$100");
        new SupportForm(browsing.open("/?frequency=annual&amount=200&currency=eur")).assertPicked("Annual", "€200");
        new SupportForm(browsing.open("/?currency=jpy")).assertPicked("Monthly", "¥500");
        var another = new SupportForm(browsing.open("/?frequency=once&amount=33"));
        another.assertPicked("Once", "Another amount");
        assertThat(another.sentence()).hasText("You give $33 once.");
    }

    @Test
    void languageAndCurrencyAreChangedWithoutLosingTheChoice(Browsing browsing) {
        var form = form(browsing);
        form.pick("Annual").pick("Another amount").type("77");

        link(form.page(), "Русский").click();
        form.page().waitForURL(Pattern.compile("lang=ru"));
        form.assertPicked("Ежегодно", "Другая сумма");
        assertThat(form.page().locator("#amount")).hasValue("77");

        link(form.page(), "EUR").click();
        form.page().waitForURL(Pattern.compile("currency=eur"));
        form.assertPicked("Ежегодно", "50 €");
        assertThat(form.page().locator("html")).hasAttribute("lang", "ru");
        browsing.assertNoComplaints();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWrongAmountIsSaidBesideTheFieldAndTheRestIsKept(boolean scripts, Browsing browsing) {
        var form = form(scripts ? browsing : browsing.withoutScripts());

        form.pick("Once").pick("Another amount").type("1.999");
        var answer = form.page().waitForResponse("**/donations", form::goOn);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(form.page().getByRole(AriaRole.ALERT))
                .hasText("That is more than two decimals. Please type an amount such as 10.50,"
                        + " without a sign between thousands.");
        form.assertPicked("Once", "Another amount");
        var field = form.page().locator("#amount");
        assertThat(field).hasValue("1.999");
        assertThat(field).isFocused();
        assertThat(field).hasAccessibleDescription(Pattern.compile("more than two decimals"));

        form.type("2");
        form.goToCheckout();
        assertThat(form.page().locator(".amount")).hasText("$2");
    }

    @Test
    void aDeclinedCardLeavesNoPaymentUntilAnotherIsTaken(Browsing browsing) {
        var form = form(browsing);
        var session = form.goToCheckout();

        form.pay(address, "Card is declined");

        assertThat(form.page().getByRole(AriaRole.ALERT)).containsText("declined");
        time.settle();
        assertThat(payments(session)).isEmpty();
        assertThat(mail.lettersTo(address)).isEmpty();

        form.press("Pay by card");

        form.assertHeading("Thank you");
        time.settle();
        assertThat(payments(session)).containsExactly("500 usd");
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    @Test
    void anAbandonedCheckoutLeavesNoPayment(Browsing browsing) {
        var form = form(browsing);
        var session = form.goToCheckout();
        var checkout = form.page().url();
        form.page().close();

        time.advance(Duration.ofHours(25));

        var later = browsing.context().newPage();
        later.navigate(checkout);
        assertThat(later.locator("main")).containsText("Nothing was charged");
        assertThat(payments(session)).isEmpty();
        assertThat(entries(session)).isEmpty();
        assertThat(subscriptions(session)).isZero();
    }

    @Test
    void aCardThatNeedsAuthenticationPaysOnceTheBankIsContent(Browsing browsing) {
        var form = form(browsing);
        var session = form.goToCheckout();

        form.pay(address, "Card needs authentication");
        form.press("Fail");
        assertThat(form.page().getByRole(AriaRole.ALERT)).containsText("could not authenticate");
        time.settle();
        assertThat(payments(session)).isEmpty();

        form.press("Card needs authentication");
        form.press("Complete");
        form.assertHeading("Thank you");
        time.settle();
        assertThat(payments(session)).containsExactly("500 usd");
        assertThat(mail.lettersTo(address)).hasSize(1);
        browsing.assertNoComplaints();
    }

    @Test
    void aDebitIsBeingConfirmedUntilItsMoneyArrives(Browsing browsing) {
        var form = new SupportForm(browsing.open("/?frequency=once&amount=25&currency=eur"));
        var session = form.goToCheckout();

        form.pay(address, "SEPA (settles in 5 days)");

        form.assertHeading("Thank you. Your gift is being confirmed");
        assertThat(form.page().locator("main")).containsText("You give €25 once.");
        time.settle();
        assertThat(payments(session)).isEmpty();
        assertThat(mail.lettersTo(address)).isEmpty();

        time.advance(Duration.ofDays(5).plusHours(1));

        assertThat(payments(session)).containsExactly("2500 eur");
        assertThat(mail.lettersTo(address)).hasSize(1);
        link(form.page(), "Check again").click();
        assertThat(form.page().locator("main")).containsText("Your gift of €25 has arrived.");
        browsing.assertNoComplaints();
    }

    @Test
    void whoPressesBackAndPicksAnotherAmountPaysThat(Browsing browsing) {
        var form = form(browsing);
        var left = form.pick("Once").pick("$100").goToCheckout();

        form.back(1);
        form.assertPicked("Once", "$100");
        assertThat(form.sentence()).hasText("You give $100 once.");
        var session = form.pick("$10").goToCheckout();
        assertThat(form.page().locator(".amount")).hasText("$10");
        form.pay(address, "Pay by card");

        form.assertHeading("Thank you");
        time.settle();
        assertThat(payments(left)).isEmpty();
        assertThat(payments(session)).containsExactly("1000 usd");
    }

    @Test
    void stripesWayBackKeepsTheChoice(Browsing browsing) {
        var form = new SupportForm(browsing.open("/?campaign=winter&lang=ru"));
        form.pick("Ежегодно").pick("Другая сумма").type("77,50").goToCheckout();

        link(form.page(), "Go back").click();

        form.assertPicked("Ежегодно", "Другая сумма");
        assertThat(form.page().locator("#amount")).hasValue("77.50");
        assertThat(form.page().locator("#give [name=campaign]")).hasValue("winter");
        assertThat(form.page().locator("html")).hasAttribute("lang", "ru");
    }

    @Test
    void aDoubleClickOpensOneCheckout(Browsing browsing) {
        var form = form(browsing);
        var nonce = nonce(form);
        var posts = new ArrayList<Request>();
        form.page().onRequest(request -> {
            if (request.method().equals("POST")) {
                posts.add(request);
            }
        });
        stripe.faults().next(1, "POST /v1/checkout/sessions").delay(Duration.ofSeconds(1));

        var button = form.button().boundingBox();
        form.page().waitForRequest("**/donations", () -> form.page().mouse().click(button.x + 20, button.y + 20));
        form.page().mouse().click(button.x + 20, button.y + 20);
        var session = form.checkout();

        assertThat(posts).hasSize(2);
        assertThat(donations(nonce)).containsExactly(session);
        assertThat(sessionsOpenedFor(session)).isEqualTo(1);
        browsing.assertNoComplaints();
    }

    @Test
    void aBrowserThatSendsTheFormAgainComesToTheSameCheckout(Browsing browsing) {
        var form = form(browsing);
        var post = form.page().waitForRequest("**/donations", form::goOn);
        var session = form.checkout();

        var again = browsing.context()
                .request()
                .post(
                        post.url(),
                        RequestOptions.create()
                                .setHeader("Content-Type", "application/x-www-form-urlencoded")
                                .setData(post.postData())
                                .setMaxRedirects(0));

        assertThat(again.headers().get("location")).contains(session);
        assertThat(sessionsOpenedFor(session)).isEqualTo(1);
    }

    @Test
    void whoComesBackToAPageThatWasKeptGivesAgain(Browsing browsing) {
        var form = form(browsing);
        var first = nonce(form);

        // as when the browser shows the page again just as it was left
        form.page().evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");

        assertThat(nonce(form)).isNotEqualTo(first);
    }

    @Test
    void whoGoesBackAfterGivingGivesTheSameAgain(Browsing browsing) {
        var form = form(browsing);
        var first = form.pick("Once").pick("$10").goToCheckout();
        form.pay(address, "Pay by card");
        form.assertHeading("Thank you");

        var second = form.back(2).goToCheckout();
        form.pay(address, "Pay by card");

        form.assertHeading("Thank you");
        time.settle();
        assertThat(second).isNotEqualTo(first);
        assertThat(payments(first)).containsExactly("1000 usd");
        assertThat(payments(second)).containsExactly("1000 usd");
        assertThat(mail.lettersTo(address)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileStripeIsAwayNothingIsChargedAndTheChoiceIsKept(boolean scripts, Browsing browsing) {
        var form = form(scripts ? browsing : browsing.withoutScripts());
        stripe.faults().all("/v1/checkout/sessions").serverError();

        form.pick("Annual").pick("Another amount").type("77,50");
        var answer = form.page().waitForResponse("**/donations", form::goOn);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(form.page().locator("main")).containsText("Nothing was charged.");
        assertThat(form.page().locator("main")).containsText("You give $77.50 a year.");

        answer = form.page().waitForResponse("**/donations", () -> form.press("Try again"));
        assertThat(answer.status()).isEqualTo(503);
        stripe.faults().clear();
        link(form.page(), "Change my choice").click();
        form.assertPicked("Annual", "Another amount");
        assertThat(form.page().locator("#amount")).hasValue("77.50");

        var session = form.goToCheckout();
        form.pay(address, "Pay by card");
        assertThat(form.page().locator("main")).containsText("Your gift of $77.50 a year has begun");
        time.settle();
        assertThat(payments(session)).containsExactly("7750 usd");
    }

    @Test
    void anotherBrowserSeesNothingOfTheGift(Browsing browsing) {
        var form = form(browsing);
        form.goToCheckout();
        form.pay(address, "Pay by card");
        assertThat(form.page().locator("main")).containsText("$5");

        time.settle();

        try (var stranger = browsing.context().browser().newContext()) {
            var page = stranger.newPage();
            page.navigate(form.page().url());
            new SupportForm(page).assertHeading("Thank you");
            assertThat(page.locator("main")).containsText("If you have just given");
            assertThat(page.locator("main")).not().containsText("$5");
        }
    }

    private static SupportForm form(Browsing browsing) {
        return new SupportForm(browsing.open("/"));
    }

    private static Locator link(Page page, String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static UUID nonce(SupportForm form) {
        return UUID.fromString(form.page().locator("[name=nonce]").inputValue());
    }

    private List<String> payments(String session) {
        return jdbc.sql("""
                        select p.amount_minor_units || ' ' || p.amount_currency
                        from payment p join donation d on d.id = p.donation where d.checkout_session = :session
                        """).param("session", session).query(String.class).list();
    }

    private List<String> entries(String session) {
        return jdbc.sql("""
                        select e.minor_units || ' ' || e.currency
                        from ledger_entry e join payment p on p.charge = e.charge join donation d on d.id = p.donation
                        where d.checkout_session = :session and e.kind = 'payment'
                        """).param("session", session).query(String.class).list();
    }

    private String asked(String session) {
        return jdbc.sql("select frequency || ' ' || locale from donation where checkout_session = :session")
                .param("session", session)
                .query(String.class)
                .single();
    }

    private long subscriptions(String session) {
        return jdbc.sql("""
                        select count(*) from subscription s join donation d on d.id = s.donation
                        where d.checkout_session = :session
                        """).param("session", session).query(Long.class).single();
    }

    private List<String> donations(UUID nonce) {
        return jdbc.sql("select checkout_session from donation where nonce = :nonce")
                .param("nonce", nonce)
                .query(String.class)
                .list();
    }

    /// How many sessions Stripe has for the donation of this one.
    private long sessionsOpenedFor(String session) {
        var donation = jdbc.sql("select id from donation where checkout_session = :session")
                .param("session", session)
                .query(UUID.class)
                .single();
        return stripe.objects("checkout.session").stream()
                .filter(each -> each.toString().contains(donation.toString()))
                .count();
    }
}
