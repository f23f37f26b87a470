package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.param.InvoicePaymentListParams;
import com.stripe.param.SubscriptionListParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.billingportal.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.Recurring.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class StripeSubscriptionTests {

    private final Newsroom newsroom = new Newsroom("2026-01-31T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    @Test
    void monthlyBeginsActiveWithAPaidInvoice() {
        newsroom.monthly();

        assertThat(newsroom.told())
                .contains(
                        "checkout.session.completed",
                        "customer.created",
                        "customer.subscription.created",
                        "invoice.created",
                        "invoice.finalized",
                        "invoice.paid",
                        "invoice_payment.paid",
                        "charge.succeeded",
                        "charge.updated");
        var created = newsroom.event("customer.subscription.created");
        assertThat(created.at("/data/object/status").stringValue()).isEqualTo("active");
        assertThat(created.at("/data/object/latest_invoice").stringValue()).startsWith("in_");
    }

    @Test
    void donationIsNamedBySubscriptionAndInvoiceNotByTheCharge() throws StripeException {
        var subscription = newsroom.monthly();

        var charge = newsroom.only("charge");
        assertThat(charge.path("metadata")).isEmpty();
        var intent = Json.need(charge, "payment_intent");
        var payments = newsroom.client
                .v1()
                .invoicePayments()
                .list(InvoicePaymentListParams.builder()
                        .setPayment(InvoicePaymentListParams.Payment.builder()
                                .setType(InvoicePaymentListParams.Payment.Type.PAYMENT_INTENT)
                                .setPaymentIntent(intent)
                                .build())
                        .build());
        assertThat(payments.getData()).hasSize(1);
        var invoice = newsroom.client
                .v1()
                .invoices()
                .retrieve(payments.getData().getFirst().getInvoice());
        var details = invoice.getParent().getSubscriptionDetails();
        assertThat(details.getSubscription()).isEqualTo(subscription);
        assertThat(details.getMetadata()).containsEntry("donation", "d1");
    }

    @Test
    void renewalsFallOnTheLastDayOfShortMonthsAndComeBack() {
        newsroom.monthly();

        newsroom.itIs("2026-04-30T10:00:00Z");

        assertThat(stripe.objects("charge").stream().map(StripeSubscriptionTests::made))
                .containsExactly(
                        "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z");
        assertThat(stripe.nextDue()).contains(Instant.parse("2026-05-31T10:00:00Z"));
    }

    @Test
    void annualFromLeapDayComesBackToLeapDay() {
        newsroom.clock.set("2028-02-29T08:00:00Z");
        stripe.reader(newsroom.opens(asks(6000, "usd", Interval.YEAR)).getUrl()).paysByCard();

        newsroom.itIs("2032-03-01T00:00:00Z");

        assertThat(stripe.objects("charge").stream().map(StripeSubscriptionTests::made))
                .containsExactly(
                        "2028-02-29T08:00:00Z",
                        "2029-02-28T08:00:00Z",
                        "2030-02-28T08:00:00Z",
                        "2031-02-28T08:00:00Z",
                        "2032-02-29T08:00:00Z");
    }

    @Test
    void renewalMovesThePeriodAndSaysWhatItWas() {
        newsroom.monthly();

        newsroom.itIs("2026-02-28T10:00:00Z");

        var updated = newsroom.event("customer.subscription.updated");
        assertThat(updated.at("/data/object/items/data/0/current_period_start").longValue())
                .isEqualTo(Instant.parse("2026-02-28T10:00:00Z").getEpochSecond());
        assertThat(updated.at("/data/previous_attributes/items/data/0/current_period_start")
                        .longValue())
                .isEqualTo(Instant.parse("2026-01-31T10:00:00Z").getEpochSecond());
        assertThat(updated.at("/data/previous_attributes/status").isMissingNode())
                .isTrue();
        assertThat(newsroom.event("invoice.paid")
                        .at("/data/object/billing_reason")
                        .stringValue())
                .isEqualTo("subscription_cycle");
        // the invoice looks back, its line says what is paid for
        var invoice = newsroom.event("invoice.paid").at("/data/object");
        assertThat(invoice.path("period_start").longValue())
                .isEqualTo(Instant.parse("2026-01-31T10:00:00Z").getEpochSecond());
        assertThat(invoice.at("/lines/data/0/period/end").longValue())
                .isEqualTo(Instant.parse("2026-03-31T10:00:00Z").getEpochSecond());
    }

    @Test
    void invoiceOfARenewalIsADraftForAnHour() {
        stripe.invoicesFinaliseAfter(Duration.ofHours(1));
        newsroom.monthly();

        newsroom.itIs("2026-02-28T10:00:00Z");
        assertThat(stripe.objects("invoice").getLast().path("status").stringValue())
                .isEqualTo("draft");

        newsroom.itIs("2026-02-28T11:00:00Z");
        assertThat(stripe.objects("invoice").getLast().path("status").stringValue())
                .isEqualTo("paid");
    }

    @Test
    void declinedRenewalRecoversWithALaterTry() {
        var subscription = newsroom.monthly();
        stripe.cards().failNext(subscription);

        newsroom.itIs("2026-02-28T10:00:00Z");
        assertThat(status()).isEqualTo("past_due");
        var failed = newsroom.event("invoice.payment_failed");
        assertThat(failed.at("/data/object/next_payment_attempt").longValue())
                .isEqualTo(Instant.parse("2026-03-03T10:00:00Z").getEpochSecond());

        newsroom.itIs("2026-03-03T10:00:00Z");
        assertThat(status()).isEqualTo("active");
        assertThat(stripe.objects("invoice").getLast().path("status").stringValue())
                .isEqualTo("paid");
        assertThat(stripe.objects("invoice").getLast().path("attempt_count").longValue())
                .isEqualTo(2);
    }

    @Test
    void subscriptionEndsWhenAllTriesFail() {
        var subscription = newsroom.monthly();
        stripe.cards().failNext(subscription, 4, "expired_card");

        newsroom.itIs("2026-06-30T10:00:00Z");

        assertThat(stripe.objects("charge").stream()
                        .filter(charge -> "failed".equals(Json.text(charge, "status")))
                        .map(StripeSubscriptionTests::made))
                .containsExactly(
                        "2026-02-28T10:00:00Z", "2026-03-03T10:00:00Z", "2026-03-08T10:00:00Z", "2026-03-15T10:00:00Z");
        var deleted = newsroom.event("customer.subscription.deleted");
        assertThat(deleted.at("/data/object/status").stringValue()).isEqualTo("canceled");
        assertThat(deleted.at("/data/object/cancellation_details/reason").stringValue())
                .isEqualTo("payment_failed");
        assertThat(deleted.at("/data/object/ended_at").longValue())
                .isEqualTo(Instant.parse("2026-03-15T10:00:00Z").getEpochSecond());
        assertThat(deleted.at("/data/object/canceled_at")).isEqualTo(deleted.at("/data/object/ended_at"));
        assertThat(stripe.nextDue()).isEmpty();
    }

    @Test
    void readerCancelsInThePortalAndThePeriodIsStillTheirs() {
        var subscription = newsroom.monthly();

        stripe.cancels(subscription);
        var updated = newsroom.event("customer.subscription.updated").at("/data/object");
        assertThat(updated.path("cancel_at_period_end").booleanValue()).isFalse();
        assertThat(updated.path("cancel_at").longValue())
                .isEqualTo(Instant.parse("2026-02-28T10:00:00Z").getEpochSecond());
        assertThat(status()).isEqualTo("active");

        newsroom.itIs("2026-02-28T10:00:00Z");
        assertThat(status()).isEqualTo("canceled");
        assertThat(stripe.objects("invoice")).hasSize(1);
    }

    @Test
    void cancellationTakenBackRenewsAsBefore() {
        var subscription = newsroom.monthly();
        stripe.cancels(subscription);
        stripe.resumes(subscription);

        newsroom.itIs("2026-02-28T10:00:00Z");

        assertThat(status()).isEqualTo("active");
        assertThat(stripe.objects("charge")).hasSize(2);
    }

    @Test
    void newsroomCancelsAtOnceButOnlyOnce() throws StripeException {
        var subscription = newsroom.monthly();
        var subscriptions = newsroom.client.v1().subscriptions();

        assertThat(subscriptions.cancel(subscription).getStatus()).isEqualTo("canceled");

        assertThatThrownBy(() -> subscriptions.cancel(subscription))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo("resource_missing"));
        assertThat(subscriptions.list().getData()).isEmpty();
        var all = SubscriptionListParams.builder()
                .setStatus(SubscriptionListParams.Status.ALL)
                .build();
        assertThat(subscriptions.list(all).getData()).hasSize(1);
    }

    @Test
    void newAmountHoldsFromTheNextPeriod() throws StripeException {
        var subscription = newsroom.monthly();
        var price = SubscriptionUpdateParams.Item.PriceData.builder()
                .setCurrency("usd")
                .setUnitAmount(800L)
                .setProduct(Newsroom.PRODUCT)
                .setRecurring(SubscriptionUpdateParams.Item.PriceData.Recurring.builder()
                        .setInterval(SubscriptionUpdateParams.Item.PriceData.Recurring.Interval.MONTH)
                        .build())
                .build();
        var item = Json.need(newsroom.only("subscription").at("/items/data/0"), "id");

        newsroom.client
                .v1()
                .subscriptions()
                .update(
                        subscription,
                        SubscriptionUpdateParams.builder()
                                .addItem(SubscriptionUpdateParams.Item.builder()
                                        .setId(item)
                                        .setPriceData(price)
                                        .build())
                                .setProrationBehavior(SubscriptionUpdateParams.ProrationBehavior.NONE)
                                .build());

        newsroom.itIs("2026-02-28T10:00:00Z");
        assertThat(stripe.objects("charge").stream()
                        .map(charge -> charge.path("amount").longValue()))
                .isEqualTo(List.of(500L, 800L));
    }

    @Test
    void firstSepaPaymentIsInvoicedAndSettlesLater() {
        stripe.reader(newsroom.opens(asks(500, "eur", Interval.MONTH)).getUrl()).paysBySepa();
        assertThat(newsroom.only("invoice").path("status").stringValue()).isEqualTo("open");
        assertThat(status()).isEqualTo("active");

        newsroom.itIs("2026-02-05T10:00:00Z");

        assertThat(newsroom.only("invoice").path("status").stringValue()).isEqualTo("paid");
        assertThat(newsroom.told()).contains("invoice_payment.paid", "checkout.session.async_payment_succeeded");
    }

    @Test
    void portalShowsTheReadersOwnSubscriptions() throws StripeException {
        newsroom.monthly();
        var customer = Json.need(newsroom.only("customer"), "id");

        var portal = newsroom.client
                .v1()
                .billingPortal()
                .sessions()
                .create(SessionCreateParams.builder()
                        .setCustomer(customer)
                        .setReturnUrl("http://localhost:8080/account")
                        .build());

        assertThat(portal.getUrl()).startsWith(stripe.url().toString());
    }

    private String status() {
        return Json.need(newsroom.only("subscription"), "status");
    }

    private static String made(ObjectNode object) {
        return Instant.ofEpochSecond(Json.number(object, "created")).toString();
    }
}
