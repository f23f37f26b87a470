package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.stripe.exception.AuthenticationException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.checkout.SessionCreateParams.CustomerCreation;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.Recurring.Interval;
import com.stripe.param.checkout.SessionRetrieveParams;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeCheckoutTests {

    private final Newsroom newsroom = new Newsroom("2026-03-01T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    @Test
    void oneOffByCardIsPaidAtOnceAndNamesItsDonation() throws StripeException {
        var session = newsroom.opens(asks(1050, "usd", null));

        var thanks =
                stripe.reader(session.getUrl()).as("Ada", "ada@example.org").paysByCard();

        assertThat(thanks).hasToString("http://localhost:8080/thanks?session_id=" + session.getId());
        var expanded = SessionRetrieveParams.builder()
                .addExpand("payment_intent.latest_charge.balance_transaction")
                .build();
        var paid = newsroom.client.v1().checkout().sessions().retrieve(session.getId(), expanded);
        assertThat(paid.getStatus()).isEqualTo("complete");
        assertThat(paid.getPaymentStatus()).isEqualTo("paid");
        assertThat(paid.getCustomer()).isNull();
        assertThat(paid.getCustomerDetails().getEmail()).isEqualTo("ada@example.org");
        var charge = paid.getPaymentIntentObject().getLatestChargeObject();
        assertThat(charge.getMetadata()).containsEntry("donation", "d1");
        assertThat(charge.getBalanceTransactionObject().getFee()).isEqualTo(60); // 2.9 % of 10.50 and 0.30
        assertThat(newsroom.told())
                .contains(
                        "checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "charge.updated");
    }

    @Test
    void feeIsUnknownWhenTheChargeSucceedsAndComesWithAnUpdate() {
        stripe.reader(newsroom.opens(asks(1000, "eur", null)).getUrl()).paysByCard();

        assertThat(newsroom.event("charge.succeeded")
                        .at("/data/object/balance_transaction")
                        .isNull())
                .isTrue();
        var updated = newsroom.event("charge.updated");
        assertThat(updated.at("/data/object/balance_transaction").stringValue()).startsWith("txn_");
        assertThat(updated.at("/data/previous_attributes/balance_transaction").isNull())
                .isTrue();
        var settled = newsroom.only("balance_transaction");
        assertThat(settled.path("currency").stringValue()).isEqualTo("usd");
        assertThat(settled.path("amount").longValue()).isEqualTo(1080);
        assertThat(settled.path("exchange_rate").decimalValue()).isEqualByComparingTo("1.08");
    }

    @Test
    void zeroDecimalCurrencySettlesByItsOwnUnits() {
        stripe.reader(newsroom.opens(asks(1000, "jpy", null)).getUrl()).paysByCard();

        assertThat(newsroom.only("balance_transaction").path("amount").longValue())
                .isEqualTo(670);
    }

    @Test
    void declinedCardLeavesThePageOpen() {
        var session = newsroom.opens(asks(1000, "usd", null));
        var reader = stripe.reader(session.getUrl());

        assertThat(reader.isDeclined()).hasToString(session.getUrl());
        assertThat(newsroom.only("charge").path("status").stringValue()).isEqualTo("failed");

        reader.paysByCard();
        assertThat(newsroom.only("payment_intent").path("status").stringValue()).isEqualTo("succeeded");
        assertThat(stripe.objects("charge")).hasSize(2);
    }

    @Test
    void authenticationIsAskedForBeforeTheCardPays() {
        stripe.reader(newsroom.opens(asks(1000, "usd", null)).getUrl()).authenticates();

        assertThat(newsroom.told()).containsSubsequence("payment_intent.requires_action", "payment_intent.succeeded");
    }

    @Test
    void sepaIsUnpaidForFiveDays() {
        stripe.reader(newsroom.opens(asks(1000, "eur", null)).getUrl()).paysBySepa();
        assertThat(newsroom.event("checkout.session.completed")
                        .at("/data/object/payment_status")
                        .stringValue())
                .isEqualTo("unpaid");

        newsroom.itIs("2026-03-06T09:59:59Z");
        assertThat(newsroom.only("charge").path("status").stringValue()).isEqualTo("pending");

        newsroom.itIs("2026-03-06T10:00:00Z");
        assertThat(newsroom.only("charge").path("status").stringValue()).isEqualTo("succeeded");
        assertThat(newsroom.told())
                .contains("charge.succeeded", "checkout.session.async_payment_succeeded", "charge.updated");
        assertThat(newsroom.only("checkout.session").path("payment_status").stringValue())
                .isEqualTo("paid");
    }

    @Test
    void sepaThatFailsBringsNoMoney() {
        stripe.reader(newsroom.opens(asks(1000, "eur", null)).getUrl()).paysBySepaInVain();

        newsroom.itIs("2026-03-20T00:00:00Z");

        assertThat(newsroom.told())
                .contains("charge.failed", "checkout.session.async_payment_failed")
                .doesNotContain("charge.succeeded");
        assertThat(stripe.objects("balance_transaction")).isEmpty();
    }

    @Test
    void abandonedPageExpiresAfterADay() {
        var session = newsroom.opens(asks(1000, "usd", null));
        stripe.reader(session.getUrl()).abandons();
        assertThat(stripe.nextDue()).contains(newsroom.clock.instant().plusSeconds(24 * 3600));

        newsroom.itIs("2026-03-02T10:00:00Z");

        assertThat(newsroom.only("checkout.session").path("status").stringValue())
                .isEqualTo("expired");
        assertThatThrownBy(() -> stripe.reader(session.getUrl()).paysByCard()).hasMessageContaining("expired");
    }

    @Test
    void refundsAreCountedTogetherAndNeverExceedTheCharge() throws StripeException {
        stripe.reader(newsroom.opens(asks(1000, "usd", null)).getUrl()).paysByCard();
        var charge = Json.need(newsroom.only("charge"), "id");
        var refunds = newsroom.client.v1().refunds();

        refunds.create(
                RefundCreateParams.builder().setCharge(charge).setAmount(300L).build());
        refunds.create(RefundCreateParams.builder().setCharge(charge).build());

        assertThat(newsroom.only("charge").path("amount_refunded").longValue()).isEqualTo(1000);
        assertThat(newsroom.told()).containsSubsequence("refund.created", "charge.refunded");
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> refunds.create(
                        RefundCreateParams.builder().setCharge(charge).build()))
                .matches(refused -> refused.getCode().equals("charge_already_refunded"));
    }

    @Test
    void refundThatTheBankSendsBackIsMoneyAgain() throws StripeException {
        stripe.reader(newsroom.opens(asks(1000, "usd", null)).getUrl()).paysByCard();
        var charge = Json.need(newsroom.only("charge"), "id");
        var refund = newsroom.client
                .v1()
                .refunds()
                .create(RefundCreateParams.builder().setCharge(charge).build());

        stripe.refundFails(refund.getId());

        assertThat(newsroom.only("charge").path("amount_refunded").longValue()).isZero();
        assertThat(newsroom.told()).contains("refund.failed");
        assertThat(stripe.objects("balance_transaction").stream()
                        .mapToLong(transaction -> transaction.path("amount").longValue())
                        .sum())
                .isEqualTo(1000);
    }

    @Test
    void disputeTakesTheMoneyAndAFeeUntilItIsWon() {
        stripe.reader(newsroom.opens(asks(1000, "usd", null)).getUrl()).paysByCard();

        var dispute = stripe.disputes(Json.need(newsroom.only("charge"), "id"));
        assertThat(balance()).isEqualTo(1000 - 59 - 1000 - 1500);

        stripe.disputeCloses(dispute, true);
        assertThat(balance()).isEqualTo(1000 - 59 - 1500);
        assertThat(newsroom.told())
                .containsSubsequence(
                        "charge.dispute.created",
                        "charge.dispute.funds_withdrawn",
                        "charge.dispute.closed",
                        "charge.dispute.funds_reinstated");
        assertThat(newsroom.event("charge.dispute.closed")
                        .at("/data/object/status")
                        .stringValue())
                .isEqualTo("won");
    }

    private long balance() {
        return stripe.objects("balance_transaction").stream()
                .mapToLong(transaction -> transaction.path("net").longValue())
                .sum();
    }

    @Test
    void customerIsMadeForAOneOffOnlyWhenAskedFor() {
        stripe.reader(newsroom.opens(asks(1000, "usd", null).setCustomerCreation(CustomerCreation.ALWAYS))
                        .getUrl())
                .paysByCard("ada@example.org");

        assertThat(newsroom.only("customer").path("email").stringValue()).isEqualTo("ada@example.org");
        assertThat(newsroom.only("charge").path("customer"))
                .isEqualTo(newsroom.only("customer").path("id"));
    }

    @Test
    void stripeRefusesWhatItCannotOpen() {
        refused(asks(49, "usd", null), "amount_too_small", null);
        refused(asks(10_000_000_00L, "usd", null), "amount_too_large", "line_items[0][price_data][unit_amount]");
        refused(asks(500, "usd", null).setSuccessUrl("nowhere"), "url_invalid", "success_url");
        refused(asks(500, "usd", null).setCustomer("cus_none"), "resource_missing", "customer");
        refused(
                asks(500, "usd", Interval.MONTH).setCustomerCreation(CustomerCreation.ALWAYS),
                null,
                "customer_creation");
        newsroom.stripe.close();
        try (var empty = new StripeSimulator(null, newsroom.clock, 0)) {
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> Newsroom.client(empty)
                            .v1()
                            .checkout()
                            .sessions()
                            .create(asks(500, "usd", null).build()))
                    .matches(refused -> refused.getParam().equals("line_items[0][price_data][product]"))
                    .matches(refused -> refused.getCode().equals("resource_missing") && refused.getStatusCode() == 400);
        }
    }

    private void refused(com.stripe.param.checkout.SessionCreateParams.Builder asked, String code, String param) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> newsroom.client.v1().checkout().sessions().create(asked.build()))
                .satisfies(refused -> {
                    assertThat(refused.getCode()).isEqualTo(code);
                    assertThat(refused.getParam()).isEqualTo(param);
                });
    }

    @Test
    void productsWithOurOwnIdAreMadeOnce() {
        assertThatThrownBy(() -> newsroom.client
                        .v1()
                        .products()
                        .create(com.stripe.param.ProductCreateParams.builder()
                                .setId(Newsroom.PRODUCT)
                                .setName("Again")
                                .build()))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo("resource_already_exists"));
        assertThatThrownBy(() -> newsroom.client.v1().products().retrieve("other"))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(404));
    }

    @Test
    void liveKeyIsRefused() {
        var live = com.stripe.StripeClient.builder()
                .setApiKey("sk_live_1")
                .setApiBase(stripe.url().toString())
                .build();

        assertThatThrownBy(() -> live.v1().products().retrieve(Newsroom.PRODUCT))
                .isInstanceOf(AuthenticationException.class);
    }

    @Test
    void pageWorksInABrowserWithoutScripts() throws IOException, InterruptedException {
        var session = newsroom.opens(asks(1050, "usd", Interval.MONTH));
        var page = URI.create(session.getUrl());
        assertThat(get(page)).contains("Support our work", "$10.50", "every month", "Pay by card", "simulation");

        assertThat(post(page, "decline").body()).contains("Your card was declined");
        assertThat(post(page, "authenticate").body()).contains("Is it you");
        var paid = post(page, "authenticated");

        assertThat(paid.statusCode()).isEqualTo(303);
        assertThat(paid.headers().firstValue("Location"))
                .contains("http://localhost:8080/thanks?session_id=" + session.getId());
        assertThat(get(page)).contains("complete");
        assertThat(get(stripe.url().resolve("/"))).contains("customer.subscription.created", "on its way");
    }

    private static String get(URI page) throws IOException, InterruptedException {
        try (var browser = HttpClient.newHttpClient()) {
            return browser.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private static HttpResponse<String> post(URI page, String action) throws IOException, InterruptedException {
        var form =
                "action=" + action + "&name=Ada&email=" + URLEncoder.encode("ada@example.org", StandardCharsets.UTF_8);
        try (var browser = HttpClient.newHttpClient()) {
            return browser.send(
                    HttpRequest.newBuilder(page)
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString(form))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
