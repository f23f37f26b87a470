package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.stripe.Faults.Ill;
import press.mainstay.demo.stripe.RecordedCall;
import press.mainstay.demo.stripe.StripeSimulator;

@FeatureTest
class StartOfCheckoutTests {

    private static final String SESSIONS = "POST /v1/checkout/sessions";

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private JdbcClient jdbc;

    private final UUID nonce = UUID.randomUUID();

    @BeforeEach
    void forgetCalls() {
        stripe.clearCalls();
    }

    @AfterEach
    void heal() {
        stripe.faults().clear();
    }

    @Test
    void stripeIsToldWhatWasAskedAndNothingOfTheReader() {
        var form = form();
        form.putAll(Map.of("campaign", "autumn", "component", "article-box", "article", "/news/2026/11/23/ice"));

        assertThat(reader.post("/donations", form).status()).isEqualTo(303);

        var donation = donations().getFirst();
        var call = sessions().getFirst();
        assertThat(call.idempotencyKey()).isEqualTo("checkout:" + donation.get("id") + ":1");
        assertThat(call.params())
                .containsEntry("mode", "subscription")
                .containsEntry("client_reference_id", donation.get("id").toString())
                .containsEntry("metadata[donation]", donation.get("id").toString())
                .containsEntry(
                        "subscription_data[metadata][donation]",
                        donation.get("id").toString())
                .containsEntry("line_items[0][price_data][unit_amount]", "500")
                .containsEntry("line_items[0][price_data][currency]", "usd")
                .containsEntry("line_items[0][price_data][product]", "mainstay_monthly")
                .containsEntry("line_items[0][price_data][recurring][interval]", "month")
                .doesNotContainKey("payment_intent_data[receipt_email]");
        assertThat(donation)
                .containsEntry("campaign", "autumn")
                .containsEntry("component", "article-box")
                .containsEntry("article", "/news/2026/11/23/ice");
        assertThat(call.params().get("cancel_url")).contains("frequency=monthly", "amount=5", "campaign=autumn");
    }

    @Test
    void aDoubleClickLeadsToOneSession() throws Exception {
        stripe.faults().all(SESSIONS).delay(Duration.ofSeconds(1));
        try (var browser = Executors.newVirtualThreadPerTaskExecutor()) {
            var clicks = browser.invokeAll(IntStream.range(0, 3)
                    .mapToObj(_ -> (Callable<String>)
                            () -> reader.post("/donations", form()).location().toString())
                    .toList());
            var pages = List.of(
                    clicks.get(0).get(), clicks.get(1).get(), clicks.get(2).get());
            assertThat(pages).allMatch(pages.getFirst()::equals);
        }
        assertThat(donations()).hasSize(1);
        assertThat(sessionsOf(donations().getFirst())).isEqualTo(1);
    }

    @Test
    void anotherAmountOfTheSamePageIsAnotherDonation() {
        reader.post("/donations", form());
        var other = form();
        other.put("amount", "7");
        reader.post("/donations", other);

        assertThat(donations()).hasSize(2);
    }

    @Test
    void withoutANonceASecondClickIsASessionMoreAndNothingWorse() {
        var form = form();
        form.remove("nonce");

        assertThat(reader.post("/donations", form).location())
                .isNotEqualTo(reader.post("/donations", form).location());
    }

    enum Illness {
        RATE_LIMITED(ill -> ill.rateLimit(null)),
        ERROR(Ill::serverError),
        EMPTY_ERROR(Ill::emptyServerError),
        WEB_PAGE(Ill::html),
        RESET(Ill::reset),
        SILENT(ill -> ill.delay(Duration.ofSeconds(30)));

        private final Consumer<Ill> strikes;

        Illness(Consumer<Ill> strikes) {
            this.strikes = strikes;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenStripeIsIllNothingIsChargedAndTheReaderMayTryAgain(Illness illness) {
        illness.strikes.accept(stripe.faults().all(SESSIONS));

        var answer = reader.post("/donations", form());

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body())
                .contains("Nothing", "charged", "value=\"" + nonce + "\"")
                .doesNotContain("Exception", "\tat ");
        assertThat(answer.header("Cache-Control")).contains("no-store");

        stripe.faults().clear();
        assertThat(reader.post("/donations", form()).status()).isEqualTo(303);
        assertThat(donations())
                .singleElement()
                .satisfies(donation -> assertThat(donation)
                        .containsEntry("attempt", 2)
                        .hasEntrySatisfying(
                                "checkout_session",
                                session -> assertThat(session).isNotNull()));
    }

    @Test
    void anAnswerThatGotLostIsAskedForAgainUnderTheSameKey() {
        stripe.faults().next(1, SESSIONS).loseResponse();

        assertThat(reader.post("/donations", form()).status()).isEqualTo(303);

        assertThat(sessions()).hasSize(2);
        assertThat(sessions())
                .extracting(RecordedCall::idempotencyKey)
                .containsOnly(sessions().getFirst().idempotencyKey());
        assertThat(sessionsOf(donations().getFirst())).isEqualTo(1);
    }

    @Test
    void aProductThatStripeLostIsMadeAgain() {
        stripe.losesProduct("mainstay_monthly");

        assertThat(reader.post("/donations", form()).status()).isEqualTo(303);
    }

    private Map<String, String> form() {
        return new HashMap<>(
                Map.of("frequency", "monthly", "amount", "5", "currency", "usd", "nonce", nonce.toString()));
    }

    private List<Map<String, Object>> donations() {
        return jdbc.sql("select * from donation where nonce = :nonce")
                .param("nonce", nonce)
                .query()
                .listOfRows();
    }

    private List<RecordedCall> sessions() {
        return stripe.calls().stream()
                .filter(call -> call.method().equals("POST") && call.path().equals("/v1/checkout/sessions"))
                .toList();
    }

    private long sessionsOf(Map<String, Object> donation) {
        return stripe.objects("checkout.session").stream()
                .filter(session -> session.path("client_reference_id")
                        .stringValue("")
                        .equals(donation.get("id").toString()))
                .count();
    }
}
