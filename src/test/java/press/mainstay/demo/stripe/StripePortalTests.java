package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.param.billingportal.SessionCreateParams;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class StripePortalTests {

    private final Newsroom newsroom = new Newsroom("2026-04-01T00:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    private ObjectNode subscription() {
        return newsroom.only("subscription");
    }

    private ObjectNode invoice() {
        return newsroom.last("invoice");
    }

    private long balance() {
        return Json.number(newsroom.only("customer"), "balance");
    }

    private static long second(String at) {
        return Instant.parse(at).getEpochSecond();
    }

    @Test
    void classicCancellationSetsTheFlagToo() {
        var id = newsroom.monthly();
        newsroom.clock.set("2026-04-11T00:00:00Z");

        stripe.cancelsByFlag(id);

        assertThat(subscription().path("cancel_at_period_end").booleanValue()).isTrue();
        assertThat(subscription().path("canceled_at").longValue()).isEqualTo(second("2026-04-11T00:00:00Z"));
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(subscription().path("status").stringValue()).isEqualTo("canceled");
        assertThat(subscription().path("canceled_at").longValue()).isEqualTo(second("2026-04-11T00:00:00Z"));
        assertThat(subscription().path("ended_at").longValue()).isEqualTo(second("2026-05-01T00:00:00Z"));
    }

    @Test
    void cancellationAtOnceEndsItNow() {
        var id = newsroom.monthly();

        assertThat(newsroom.toldBy(() -> stripe.cancelsNow(id))).containsExactly("customer.subscription.deleted");

        assertThat(subscription().at("/cancellation_details/reason").stringValue())
                .isEqualTo("cancellation_requested");
        assertThat(stripe.nextDue()).isEmpty();
    }

    @Test
    void newCardPaysFromNowOn() {
        var id = newsroom.monthly();
        stripe.cards().failNext(id, 9);
        var old = subscription().path("default_payment_method").stringValue();

        assertThat(newsroom.toldBy(() -> stripe.changesCard(newsroom.id("customer"))))
                .containsExactly("payment_method.attached", "customer.updated", "customer.subscription.updated");

        var card = newsroom.id("payment_method");
        assertThat(card).isNotEqualTo(old);
        assertThat(newsroom.only("customer")
                        .at("/invoice_settings/default_payment_method")
                        .stringValue())
                .isEqualTo(card);
        assertThat(newsroom.event("customer.subscription.updated")
                        .at("/data/previous_attributes/default_payment_method")
                        .stringValue())
                .isEqualTo(old);
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(newsroom.last("charge").path("payment_method").stringValue()).isEqualTo(card);
        assertThat(subscription().path("status").stringValue()).isEqualTo("active");
    }

    @Test
    void newAddressSaysWhatItWas() {
        newsroom.monthly();

        stripe.changesEmail(newsroom.id("customer"), "new@example.org");

        var updated = newsroom.event("customer.updated");
        assertThat(updated.at("/data/object/email").stringValue()).isEqualTo("new@example.org");
        assertThat(updated.at("/data/previous_attributes").size()).isEqualTo(1);
        assertThat(updated.at("/data/previous_attributes/email").stringValue()).isEqualTo("reader@example.org");
    }

    @Test
    void newAmountFromTheNextPeriodOnBringsNoInvoice() {
        var id = newsroom.monthly();
        newsroom.clock.set("2026-04-11T00:00:00Z");

        assertThat(newsroom.toldBy(() -> stripe.changesAmount(id, 800)))
                .containsExactly("customer.subscription.updated");

        assertThat(newsroom.event("customer.subscription.updated")
                        .at("/data/previous_attributes/items/data/0/price/unit_amount")
                        .longValue())
                .isEqualTo(500);
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(newsroom.last("charge").path("amount").longValue()).isEqualTo(800);
    }

    @Test
    void higherAmountNowIsChargedForTheRestOfThePeriod() {
        var id = newsroom.monthly();
        newsroom.clock.set("2026-04-11T00:00:00Z"); // a third of the month is over

        var told = newsroom.toldBy(() -> stripe.changesAmountNow(id, 1100));

        assertThat(told)
                .containsSubsequence(
                        "customer.subscription.updated",
                        "invoice.created",
                        "invoice.finalized",
                        "charge.succeeded",
                        "invoice_payment.paid",
                        "invoice.paid");
        assertThat(invoice().path("billing_reason").stringValue()).isEqualTo("subscription_update");
        assertThat(invoice().at("/lines/data/0/amount").longValue()).isEqualTo(-333);
        assertThat(invoice().at("/lines/data/1/amount").longValue()).isEqualTo(733);
        assertThat(invoice()
                        .at("/lines/data/0/parent/subscription_item_details/proration")
                        .booleanValue())
                .isTrue();
        assertThat(invoice().path("amount_paid").longValue()).isEqualTo(400);
        assertThat(newsroom.last("charge").path("amount").longValue()).isEqualTo(400);
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(newsroom.last("charge").path("amount").longValue()).isEqualTo(1100);
    }

    @Test
    void lowerAmountNowIsACreditThatLaterInvoicesUseUp() {
        var id = newsroom.monthly();
        stripe.changesAmount(id, 3000);
        newsroom.itIs("2026-05-01T00:00:00Z");
        newsroom.clock.set("2026-05-11T08:00:00Z"); // two thirds of 31 days are left

        var told = newsroom.toldBy(() -> stripe.changesAmountNow(id, 1500));

        assertThat(told).contains("invoice.paid", "customer.updated").doesNotContain("charge.succeeded");
        assertThat(invoice().path("total").longValue()).isEqualTo(-1000);
        assertThat(invoice().path("status").stringValue()).isEqualTo("paid");
        assertThat(invoice().path("amount_due").longValue()).isZero();
        assertThat(invoice().path("starting_balance").longValue()).isZero();
        assertThat(invoice().path("ending_balance").longValue()).isEqualTo(-1000);
        assertThat(balance()).isEqualTo(-1000);

        newsroom.itIs("2026-06-01T00:00:00Z");
        assertThat(invoice().path("total").longValue()).isEqualTo(1500);
        assertThat(invoice().path("starting_balance").longValue()).isEqualTo(-1000);
        assertThat(invoice().path("ending_balance").longValue()).isZero();
        assertThat(invoice().path("amount_paid").longValue()).isEqualTo(500);
        assertThat(newsroom.last("charge").path("amount").longValue()).isEqualTo(500);
        assertThat(balance()).isZero();
    }

    @Test
    void creditMayPayAWholeInvoiceWithoutACharge() {
        var id = newsroom.monthly();
        stripe.changesSilently("customer", newsroom.id("customer"), body -> body.put("balance", -700));

        newsroom.itIs("2026-05-01T00:00:00Z");

        assertThat(invoice().path("status").stringValue()).isEqualTo("paid");
        assertThat(invoice().path("amount_paid").longValue()).isZero();
        assertThat(stripe.objects("charge")).hasSize(1);
        assertThat(stripe.objects("invoice_payment")).hasSize(1);
        assertThat(balance()).isEqualTo(-200);
        assertThat(newsroom.get("subscription", id).path("status").stringValue())
                .isEqualTo("active");
    }

    @Test
    void sumTooSmallForAChargeWaitsForTheNextInvoice() {
        var id = newsroom.monthly();
        newsroom.clock.set("2026-04-21T00:00:00Z");

        stripe.changesAmountNow(id, 590);

        assertThat(invoice().path("total").longValue()).isEqualTo(30);
        assertThat(invoice().path("amount_due").longValue()).isZero();
        assertThat(balance()).isEqualTo(30);
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(newsroom.last("charge").path("amount").longValue()).isEqualTo(620);
    }

    @Test
    void amountThatTheCardRefusesIsArrears() {
        var id = newsroom.monthly();
        stripe.cards().failNext(id);
        newsroom.clock.set("2026-04-11T00:00:00Z");

        stripe.changesAmountNow(id, 1100);

        assertThat(subscription().path("status").stringValue()).isEqualTo("past_due");
        stripe.paysInvoice(newsroom.id("invoice"));
        assertThat(subscription().path("status").stringValue()).isEqualTo("active");
    }

    @Test
    void collectionThatIsPausedVoidsInvoicesAndStaysActive() {
        var id = newsroom.monthly();

        stripe.pausesCollection(id, "void");
        assertThat(newsroom.event("customer.subscription.updated")
                        .at("/data/object/pause_collection/behavior")
                        .stringValue())
                .isEqualTo("void");
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(invoice().path("status").stringValue()).isEqualTo("void");
        assertThat(subscription().path("status").stringValue()).isEqualTo("active");

        stripe.resumesCollection(id);
        assertThat(newsroom.event("customer.subscription.updated")
                        .at("/data/previous_attributes/pause_collection/behavior")
                        .stringValue())
                .isEqualTo("void");
        newsroom.itIs("2026-06-01T00:00:00Z");
        assertThat(invoice().path("status").stringValue()).isEqualTo("paid");
    }

    @Test
    void invoicesOfAPauseStayDraftsOrAreWrittenOff() {
        var id = newsroom.monthly();
        stripe.pausesCollection(id, "keep_as_draft");
        newsroom.itIs("2026-05-01T12:00:00Z");
        assertThat(invoice().path("status").stringValue()).isEqualTo("draft");

        stripe.pausesCollection(id, "mark_uncollectible");
        newsroom.itIs("2026-06-01T12:00:00Z");
        assertThat(invoice().path("status").stringValue()).isEqualTo("uncollectible");
        assertThat(stripe.objects("charge")).hasSize(1);
    }

    @Test
    void pausedSubscriptionHasNoInvoicesAndBeginsAnew() {
        var id = newsroom.monthly();

        assertThat(newsroom.toldBy(() -> stripe.pauses(id))).containsExactly("customer.subscription.paused");
        newsroom.itIs("2026-06-10T00:00:00Z");
        assertThat(subscription().path("status").stringValue()).isEqualTo("paused");
        assertThat(stripe.objects("invoice")).hasSize(1);

        assertThat(newsroom.toldBy(() -> stripe.unpauses(id)))
                .contains("invoice.paid")
                .endsWith("customer.subscription.resumed");
        assertThat(subscription().path("status").stringValue()).isEqualTo("active");
        newsroom.itIs("2026-07-10T00:00:00Z");
        assertThat(stripe.objects("charge")).hasSize(3);
    }

    @Test
    void pauseWithinAPaidPeriodCostsNothing() {
        var id = newsroom.monthly();
        stripe.pauses(id);
        newsroom.clock.set("2026-04-20T00:00:00Z");

        assertThat(newsroom.toldBy(() -> stripe.unpauses(id))).containsExactly("customer.subscription.resumed");

        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(stripe.objects("charge")).hasSize(2);
        assertThatThrownBy(() -> stripe.unpauses(id)).hasMessageContaining("paused");
    }

    @Test
    void pagesDoWhatTheirButtonsSay() throws Exception {
        var id = newsroom.monthly();
        var customer = newsroom.id("customer");
        var portal = newsroom.client
                .v1()
                .billingPortal()
                .sessions()
                .create(SessionCreateParams.builder().setCustomer(customer).build())
                .getUrl();

        press(portal, "action=card");
        press(portal, "action=email&email=new%40example.org");
        press(portal, "action=cancel&subscription=" + id);
        press(portal, "action=resume&subscription=" + id);
        stripe.cards().failNext(customer);
        newsroom.itIs("2026-05-01T00:00:00Z");
        assertThat(subscription().path("status").stringValue()).isEqualTo("past_due");
        press(Json.need(invoice(), "hosted_invoice_url"), "action=pay");
        assertThat(subscription().path("status").stringValue()).isEqualTo("active");
        press(portal, "action=cancel-now&subscription=" + id);

        assertThat(subscription().path("status").stringValue()).isEqualTo("canceled");
        assertThat(newsroom.only("customer").path("email").stringValue()).isEqualTo("new@example.org");
        assertThat(newsroom.told()).contains("payment_method.attached");
    }

    private static void press(String page, String form) throws Exception {
        try (var browser =
                HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build()) {
            var pressed = HttpRequest.newBuilder(URI.create(page))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form))
                    .build();
            assertThat(browser.send(pressed, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }
}
