package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

@FeatureTest
class ThanksTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private Visitor stranger;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";
    private String checkout;

    @BeforeEach
    void goesToCheckout() {
        checkout = reader.post("/donations", Map.of("frequency", "once", "amount", "12.50", "currency", "gbp"))
                .location()
                .toString();
    }

    @AfterEach
    void heal() {
        stripe.deliverInBackground(true);
        stripe.faults().clear();
    }

    @Test
    void aReaderWhoIsFasterThanTheWebhookSeesTheTruthAndIsKnownAtOnce() {
        stripe.deliverInBackground(false);
        var thanks = stripe.reader(checkout).paysByCard(address).toString();

        assertThat(reader.get(thanks).body()).contains("Your gift of £12.50 has arrived");
        assertThat(jdbc.sql("""
                        select count(*) from donation d join payment p on p.donation = d.id
                        where d.checkout_session = :session
                        """)
                        .param("session", session(thanks))
                        .query(Integer.class)
                        .single())
                .as("the books wait for Stripe's own word")
                .isZero();

        stripe.deliver();
        time.settle();
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    @Test
    void aReaderWhoHasGivenGoesOnWithTheArticle() {
        var form = Map.of(
                "frequency", "once", "amount", "5", "currency", "usd", "article", "/2026/11/23/лёд", "lang", "ru");
        var page = reader.post("/donations", form).location().toString();

        assertThat(reader.get(stripe.reader(page).paysByCard(address).toString())
                        .body())
                .contains("href=\"https://polynya.example/2026/11/23/%D0%BB%D1%91%D0%B4\"");
    }

    @Test
    void nobodyElseSeesTheGift() {
        var thanks = stripe.reader(checkout).paysByCard(address).toString();
        time.settle();
        stranger.post("/donations", Map.of("frequency", "once", "amount", "3", "currency", "usd"));

        var seen = stranger.get(thanks);

        assertThat(seen.status()).isEqualTo(200);
        assertThat(seen.header("Cache-Control")).contains("no-store");
        assertThat(seen.body()).contains("Thank you").doesNotContain("12.50", "£");
    }

    @Test
    void aSessionThatIsNotOursShowsNothingAndTroublesStripeOnlyForBrowsersThatGave() {
        stripe.clearCalls();

        for (var session : new String[] {"cs_test_forged", "", "../../v1/charges", "cs_" + "x".repeat(3_000)}) {
            assertThat(stranger.get("/thanks?session_id=" + session).body()).contains("Thank you");
        }

        assertThat(stripe.calls()).isEmpty();
        assertThat(reader.get("/thanks?session_id=cs_test_forged").status()).isEqualTo(200);
    }

    @Test
    void whileStripeIsAwayTheGiftIsBeingConfirmed() {
        stripe.deliverInBackground(false);
        var thanks = stripe.reader(checkout).paysByCard(address).toString();
        stripe.faults().all("/v1/checkout/sessions").serverError();

        var seen = reader.get(thanks);

        assertThat(seen.status()).isEqualTo(200);
        assertThat(seen.body()).contains("being confirmed", "£12.50");
    }

    @Test
    void whoDidNotPayIsNotThanked() {
        var session = stripe.objects("checkout.session").getLast().path("id").stringValue();

        assertThat(reader.get("/thanks?session_id=" + session).body())
                .contains("not finished", "Nothing has been charged")
                .doesNotContain("£12.50");
    }

    @Test
    void aCrashAfterStripeOpenedItsPageLosesNothing() {
        var thanks = stripe.reader(checkout).paysByCard(address).toString();
        // as if we had died before the session was noted
        jdbc.sql("update donation set checkout_session = null where checkout_session = :session")
                .param("session", session(thanks))
                .update();

        assertThat(reader.get(thanks).body()).contains("Your gift of £12.50 has arrived");
        time.settle();
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    @Test
    void aBankDebitIsBeingConfirmedForDaysAndThenBooked() {
        var thanks = stripe.reader(checkout).as("Anna", address).paysBySepa().toString();
        time.settle();
        assertThat(reader.get(thanks).body()).contains("being confirmed");
        assertThat(mail.lettersTo(address)).isEmpty();

        time.advance(java.time.Period.ofDays(6));

        assertThat(reader.get(thanks).body()).contains("has arrived");
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    private static String session(String thanks) {
        return thanks.replaceAll(".*session_id=([^&]+).*", "$1");
    }
}
