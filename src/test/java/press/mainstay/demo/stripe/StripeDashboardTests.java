package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.stripe.exception.StripeException;
import com.stripe.param.BalanceTransactionListParams;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeDashboardTests {

    private final Newsroom newsroom = new Newsroom("2026-03-01T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    private String charge() {
        stripe.reader(newsroom.opens(asks(1000, "usd", null)).getUrl()).paysByCard();
        return newsroom.id("charge");
    }

    private List<Long> refunded() {
        return stripe.objects("balance_transaction").stream()
                .filter(one -> Json.need(one, "reporting_category").startsWith("refund"))
                .map(one -> Json.number(one, "net"))
                .toList();
    }

    @Test
    void staffRefundAPartAndThenTheRest() {
        var charge = charge();

        assertThat(newsroom.toldBy(() -> stripe.refunds(charge, 300L)))
                .containsExactly("refund.created", "refund.updated", "charge.refunded");
        assertThat(newsroom.get("charge", charge).path("refunded").booleanValue())
                .isFalse();
        var rest = stripe.refunds(charge, null);

        assertThat(newsroom.get("refund", rest).path("amount").longValue()).isEqualTo(700);
        assertThat(newsroom.get("charge", charge).path("refunded").booleanValue())
                .isTrue();
        assertThat(refunded()).containsExactly(-300L, -700L);
        assertThatThrownBy(() -> stripe.refunds(charge, null)).hasMessageContaining("already been refunded");
    }

    @Test
    void pendingRefundArrives() {
        var refund = stripe.refundPends(charge(), 300L);
        assertThat(newsroom.event("refund.created").at("/data/object/status").stringValue())
                .isEqualTo("pending");

        assertThat(newsroom.toldBy(() -> stripe.refundArrives(refund))).containsExactly("refund.updated");

        assertThat(newsroom.only("refund").path("status").stringValue()).isEqualTo("succeeded");
        assertThatThrownBy(() -> stripe.refundCancels(refund)).hasMessageContaining("not pending");
    }

    @Test
    void pendingRefundIsCancelledAndTheMoneyIsBack() {
        var charge = charge();
        var refund = stripe.refundPends(charge, null);

        assertThat(newsroom.toldBy(() -> stripe.refundCancels(refund)))
                .containsExactly("charge.updated", "refund.updated");

        assertThat(newsroom.only("refund").path("status").stringValue()).isEqualTo("canceled");
        assertThat(newsroom.only("refund").path("failure_balance_transaction").stringValue())
                .startsWith("txn_");
        assertThat(refunded()).containsExactly(-1000L, 1000L);
        assertThat(newsroom.get("charge", charge).path("amount_refunded").longValue())
                .isZero();
        assertThat(stripe.refunds(charge, null)).startsWith("re_");
    }

    @Test
    void refundFailsOnlyOnce() {
        var refund = stripe.refundPends(charge(), null);
        stripe.refundFails(refund);

        assertThat(newsroom.only("refund").path("status").stringValue()).isEqualTo("failed");
        assertThatThrownBy(() -> stripe.refundFails(refund)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void subscriptionFromTheDashboardHasNoSession() {
        var told = newsroom.toldBy(() -> stripe.subscribes(
                "ada@example.org", 900, "usd", "month", Newsroom.PRODUCT, Map.of("campaign", "spring")));

        assertThat(told)
                .startsWith("customer.created")
                .containsSubsequence(
                        "charge.succeeded",
                        "charge.updated",
                        "customer.subscription.created",
                        "invoice.created",
                        "invoice.finalized",
                        "invoice_payment.paid",
                        "invoice.paid")
                .doesNotContain("customer.subscription.updated", "checkout.session.completed");
        var created = newsroom.event("customer.subscription.created").at("/data/object");
        assertThat(created.path("status").stringValue()).isEqualTo("active");
        assertThat(created.path("start_date").longValue())
                .isEqualTo(Instant.parse("2026-03-01T10:00:00Z").getEpochSecond());
        assertThat(created.at("/metadata/campaign").stringValue()).isEqualTo("spring");
        newsroom.itIs("2026-04-01T10:00:00Z");
        assertThat(stripe.objects("charge")).hasSize(2);
    }

    @Test
    void foreignProductIsMadeWhereThereIsNone() {
        stripe.subscribes("ada@example.org", 900, "eur", "year", "prod_club", Map.of());

        var line = newsroom.only("invoice").at("/lines/data/0");
        assertThat(line.at("/pricing/price_details/product").stringValue()).isEqualTo("prod_club");
    }

    @Test
    void subscriptionInVainExpiresAfter23Hours() {
        stripe.subscribesInVain("ada@example.org", 900, "usd", "month", Newsroom.PRODUCT, Map.of());
        assertThat(newsroom.event("customer.subscription.created")
                        .at("/data/object/status")
                        .stringValue())
                .isEqualTo("incomplete");
        assertThat(newsroom.told()).contains("invoice.payment_failed", "charge.failed");

        newsroom.itIs("2026-03-02T08:59:59Z");
        assertThat(newsroom.only("subscription").path("status").stringValue()).isEqualTo("incomplete");
        newsroom.itIs("2026-03-02T09:00:00Z");

        var updated = newsroom.event("customer.subscription.updated");
        assertThat(updated.at("/data/object/status").stringValue()).isEqualTo("incomplete_expired");
        assertThat(updated.at("/data/previous_attributes/status").stringValue()).isEqualTo("incomplete");
        assertThat(updated.at("/data/object/ended_at").longValue())
                .isEqualTo(Instant.parse("2026-03-02T09:00:00Z").getEpochSecond());
        assertThat(newsroom.only("invoice").path("status").stringValue()).isEqualTo("void");
        assertThat(newsroom.told()).doesNotContain("customer.subscription.deleted");
        assertThat(stripe.nextDue()).isEmpty();
    }

    @Test
    void incompleteSubscriptionBeginsWhenItsInvoiceIsPaid() {
        stripe.subscribesInVain("ada@example.org", 900, "usd", "month", Newsroom.PRODUCT, Map.of());

        stripe.paysInvoice(newsroom.id("invoice"));

        assertThat(newsroom.only("subscription").path("status").stringValue()).isEqualTo("active");
        assertThat(stripe.nextDue()).contains(Instant.parse("2026-04-01T10:00:00Z"));
    }

    @Test
    void deletedCustomerLeavesATombstoneAndNoSubscription() throws StripeException {
        newsroom.monthly();
        var customer = newsroom.id("customer");

        assertThat(newsroom.toldBy(() -> stripe.deletesCustomer(customer)))
                .containsExactly("customer.subscription.deleted", "customer.deleted");

        var left = newsroom.client.v1().customers().retrieve(customer);
        assertThat(left.getDeleted()).isTrue();
        assertThat(left.getEmail()).isNull();
        assertThat(newsroom.client.v1().customers().list().getData()).isEmpty();
        assertThat(newsroom.only("subscription").path("status").stringValue()).isEqualTo("canceled");
        newsroom.itIs("2026-06-01T10:00:00Z");
        assertThat(stripe.objects("charge")).hasSize(1);
        assertThat(newsroom.client
                        .v1()
                        .charges()
                        .retrieve(
                                newsroom.id("charge"),
                                com.stripe.param.ChargeRetrieveParams.builder()
                                        .addExpand("customer")
                                        .build())
                        .getCustomerObject()
                        .getDeleted())
                .isTrue();
    }

    @Test
    void otherAppSellsOnTheSameAccount() {
        var charge = newsroom.get("charge", stripe.otherAppSells(2500, "eur"));

        assertThat(charge.path("customer").isNull()).isTrue();
        assertThat(charge.path("metadata").has("donation")).isFalse();
        assertThat(newsroom.told()).contains("charge.succeeded", "charge.updated");
    }

    @Test
    void payoutsAndFeesAreOnTheBalance() throws StripeException {
        stripe.payout(5000);
        stripe.stripeFee(250);

        var all = newsroom.client
                .v1()
                .balanceTransactions()
                .list(BalanceTransactionListParams.builder()
                        .addExpand("data.source")
                        .build())
                .getData();
        assertThat(all)
                .extracting(one -> one.getType() + " " + one.getReportingCategory() + " " + one.getNet())
                .containsExactly("stripe_fee fee -250", "payout payout -5000");
    }
}
