package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.CardException;
import com.stripe.exception.StripeException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeArrearsTests {

    private final Newsroom newsroom = new Newsroom("2026-01-31T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    /// @return the subscription
    private String fails(int times, String code) {
        var subscription = newsroom.monthly();
        stripe.cards().failNext(subscription, times, code);
        newsroom.itIs("2026-02-28T10:00:00Z");
        assertThat(status()).isEqualTo("past_due");
        return subscription;
    }

    private String status() {
        return Json.need(newsroom.only("subscription"), "status");
    }

    private String invoice() {
        return newsroom.id("invoice");
    }

    private String invoiceStatus() {
        return Json.need(newsroom.last("invoice"), "status");
    }

    @Test
    void subscriptionIsUnpaidAfterTheLastRetryWhereTheAccountSaysSo() {
        stripe.afterLastRetry("unpaid");
        fails(4, "expired_card");

        newsroom.itIs("2026-03-15T10:00:00Z");

        assertThat(status()).isEqualTo("unpaid");
        var updated = newsroom.event("customer.subscription.updated");
        assertThat(updated.at("/data/previous_attributes/status").stringValue()).isEqualTo("past_due");
        assertThat(invoiceStatus()).isEqualTo("open");
        assertThat(newsroom.last("invoice").path("next_payment_attempt").isNull())
                .isTrue();
        newsroom.itIs("2026-03-31T12:00:00Z");
        assertThat(invoiceStatus()).isEqualTo("draft"); // Stripe goes on counting, and does not collect
        assertThat(stripe.objects("charge")).hasSize(5);
    }

    @Test
    void unpaidSubscriptionRecoversWhenItsLatestInvoiceIsPaid() {
        stripe.afterLastRetry("unpaid");
        fails(4, "expired_card");
        newsroom.itIs("2026-03-15T10:00:00Z");

        assertThat(newsroom.toldBy(() -> stripe.paysInvoice(invoice())))
                .containsSubsequence(
                        "charge.succeeded",
                        "charge.updated",
                        "invoice_payment.paid",
                        "invoice.paid",
                        "customer.subscription.updated");

        assertThat(status()).isEqualTo("active");
        newsroom.itIs("2026-03-31T10:00:00Z");
        assertThat(invoiceStatus()).isEqualTo("paid");
    }

    @Test
    void paymentInTimeEndsTheRetries() {
        fails(1, "card_declined");

        stripe.paysInvoice(invoice());

        assertThat(status()).isEqualTo("active");
        assertThat(newsroom.last("invoice").path("attempt_count").longValue()).isEqualTo(1);
        newsroom.itIs("2026-03-30T10:00:00Z");
        assertThat(stripe.objects("charge")).hasSize(3); // first, declined, paid
        assertThatThrownBy(() -> stripe.paysInvoice(invoice())).hasMessageContaining("is paid");
    }

    @Test
    void bankThatAsksWhoIsThereIsToldOfAndAnswered() {
        fails(1, "authentication_required");

        assertThat(newsroom.told())
                .containsSubsequence(
                        "payment_intent.requires_action",
                        "invoice.payment_action_required",
                        "invoice.payment_failed",
                        "customer.subscription.updated");
        assertThat(newsroom.last("payment_intent").path("status").stringValue()).isEqualTo("requires_action");
        assertThat(newsroom.last("payment_intent").path("next_action").isObject())
                .isTrue();

        stripe.authenticates(invoice());

        assertThat(status()).isEqualTo("active");
        assertThat(newsroom.last("payment_intent").path("next_action").isNull()).isTrue();
        assertThatThrownBy(() -> stripe.authenticates(invoice())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tryByHandMayFailAndDoesNotShiftTheRetries() {
        fails(2, "card_declined");
        var invoice = invoice();

        assertThat(newsroom.toldBy(() -> stripe.retriesNow(invoice))).endsWith("invoice.payment_failed");
        assertThat(newsroom.last("invoice").path("attempt_count").longValue()).isEqualTo(1);
        assertThat(newsroom.last("invoice").path("next_payment_attempt").longValue())
                .isEqualTo(Instant.parse("2026-03-03T10:00:00Z").getEpochSecond());

        stripe.retriesNow(invoice);
        assertThat(status()).isEqualTo("active");
        assertThat(stripe.nextDue()).contains(Instant.parse("2026-03-31T10:00:00Z"));
    }

    @Test
    void voidedInvoiceIsAskedForNoMore() {
        fails(1, "card_declined");

        assertThat(newsroom.toldBy(() -> stripe.voids(invoice())))
                .containsExactly("invoice.voided", "payment_intent.canceled", "customer.subscription.updated");

        assertThat(invoiceStatus()).isEqualTo("void");
        assertThat(status()).isEqualTo("active");
        assertThat(newsroom.last("invoice_payment").path("status").stringValue())
                .isEqualTo("canceled");
        assertThat(stripe.nextDue()).contains(Instant.parse("2026-03-31T10:00:00Z"));
        assertThatThrownBy(() -> stripe.paysInvoice(invoice())).hasMessageContaining("is void");
    }

    @Test
    void uncollectibleInvoiceCanStillBePaid() {
        fails(1, "card_declined");

        stripe.marksUncollectible(invoice());
        assertThat(newsroom.told()).contains("invoice.marked_uncollectible");
        assertThat(invoiceStatus()).isEqualTo("uncollectible");

        stripe.paysInvoice(invoice());
        assertThat(invoiceStatus()).isEqualTo("paid");
    }

    @Test
    void cashIsNotedWithoutACharge() throws StripeException {
        fails(1, "card_declined");
        int charges = stripe.objects("charge").size();
        int transactions = stripe.objects("balance_transaction").size();

        assertThat(newsroom.toldBy(() -> stripe.paysOutOfBand(invoice())))
                .contains("invoice.paid", "invoice_payment.paid", "payment_intent.canceled")
                .doesNotContain("charge.succeeded");

        var invoice = newsroom.client.v1().invoices().retrieve(invoice());
        assertThat(invoice.getAmountPaid()).isEqualTo(500);
        assertThat(invoice.getAmountPaidOffStripe()).isEqualTo(500);
        var payment = newsroom.event("invoice_payment.paid").at("/data/object/payment");
        assertThat(payment.path("type").stringValue()).isEqualTo("payment_record");
        assertThat(payment.path("payment_record").stringValue()).startsWith("pr_");
        assertThat(stripe.objects("charge")).hasSize(charges);
        assertThat(stripe.objects("balance_transaction")).hasSize(transactions);
        assertThat(status()).isEqualTo("active");
    }

    @Test
    void newsroomPaysVoidsAndWritesOffByTheApi() throws StripeException {
        fails(2, "card_declined");
        var invoices = newsroom.client.v1().invoices();

        assertThatThrownBy(() -> invoices.pay(invoice()))
                .isInstanceOfSatisfying(
                        CardException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo("card_declined"));
        assertThat(invoices.markUncollectible(invoice()).getStatus()).isEqualTo("uncollectible");
        assertThat(invoices.voidInvoice(invoice()).getStatus()).isEqualTo("void");
    }
}
