package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static press.mainstay.demo.stripe.Newsroom.asks;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeDisputeTests {

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

    private List<Long> moved() {
        return stripe.objects("balance_transaction").stream()
                .filter(one -> Json.need(one, "reporting_category").startsWith("dispute"))
                .map(one -> Json.number(one, "net"))
                .toList();
    }

    private String status() {
        return Json.need(newsroom.only("dispute"), "status");
    }

    @Test
    void disputeTakesTheMoneyAndAFee() {
        var charge = charge();

        assertThat(newsroom.toldBy(() -> stripe.disputes(charge)))
                .containsExactly("charge.dispute.created", "charge.dispute.funds_withdrawn");

        assertThat(moved()).containsExactly(-1000L - 1500);
        assertThat(newsroom.event("charge.dispute.created").at("/data/object/balance_transactions"))
                .isEmpty();
        assertThat(newsroom.event("charge.dispute.funds_withdrawn").at("/data/object/balance_transactions"))
                .hasSize(1);
        assertThat(newsroom.get("charge", charge).path("disputed").booleanValue())
                .isTrue();
    }

    @Test
    void disputeMayBeAboutAPart() {
        stripe.disputes(charge(), 400);

        assertThat(newsroom.only("dispute").path("amount").longValue()).isEqualTo(400);
        assertThat(moved()).containsExactly(-400L - 1500);
    }

    @Test
    void disputeIsReviewedAndWon() {
        var dispute = stripe.disputes(charge());

        assertThat(newsroom.toldBy(() -> stripe.disputeReviewed(dispute))).containsExactly("charge.dispute.updated");
        assertThat(status()).isEqualTo("under_review");
        assertThat(newsroom.event("charge.dispute.updated")
                        .at("/data/previous_attributes/status")
                        .stringValue())
                .isEqualTo("needs_response");

        assertThat(newsroom.toldBy(() -> stripe.disputeCloses(dispute, true)))
                .containsExactly("charge.dispute.closed", "charge.dispute.funds_reinstated");
        assertThat(status()).isEqualTo("won");
        assertThat(moved()).containsExactly(-1000L - 1500, 1000L);
    }

    @Test
    void inquiryMovesNoMoneyAndCloses() {
        var charge = charge();
        assertThat(newsroom.toldBy(() -> stripe.inquires(charge))).containsExactly("charge.dispute.created");
        assertThat(status()).isEqualTo("warning_needs_response");

        var dispute = newsroom.id("dispute");
        assertThat(newsroom.toldBy(() -> stripe.inquiryCloses(dispute))).containsExactly("charge.dispute.closed");

        assertThat(status()).isEqualTo("warning_closed");
        assertThat(moved()).isEmpty();
        assertThatThrownBy(() -> stripe.inquiryEscalates(dispute)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void inquiryThatEscalatesTakesTheMoney() {
        var dispute = stripe.inquires(charge());

        assertThat(newsroom.toldBy(() -> stripe.inquiryEscalates(dispute)))
                .containsExactly("charge.dispute.updated", "charge.dispute.funds_withdrawn");

        assertThat(status()).isEqualTo("needs_response");
        assertThat(moved()).containsExactly(-1000L - 1500);
        assertThat(newsroom.event("charge.dispute.updated")
                        .at("/data/previous_attributes/status")
                        .stringValue())
                .isEqualTo("warning_needs_response");
    }

    @Test
    void bankTakesADirectDebitBackWeeksLater() {
        stripe.reader(newsroom.opens(asks(1000, "eur", null)).getUrl()).paysBySepa();
        newsroom.itIs("2026-03-06T10:00:00Z");
        newsroom.itIs("2026-04-10T10:00:00Z");
        var charge = newsroom.id("charge");

        assertThat(newsroom.toldBy(() -> stripe.bankReturns(charge)))
                .containsExactly("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed");

        assertThat(newsroom.event("charge.dispute.created")
                        .at("/data/object/status")
                        .stringValue())
                .isEqualTo("lost");
        assertThat(moved()).containsExactly(-1080L - 1500);
        var card = charge();
        assertThatThrownBy(() -> stripe.bankReturns(card)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void disputeEndsTheSubscriptionWhereTheAccountSaysSo() {
        newsroom.monthly();
        stripe.disputes(newsroom.id("charge"));
        assertThat(newsroom.only("subscription").path("status").stringValue()).isEqualTo("active");

        stripe.disputesEndSubscriptions(true);
        newsroom.monthly();
        stripe.disputes(newsroom.id("charge"));

        var ended = newsroom.event("customer.subscription.deleted").at("/data/object");
        assertThat(ended.at("/cancellation_details/reason").stringValue()).isEqualTo("payment_disputed");
        assertThat(ended.path("ended_at")).isEqualTo(ended.path("canceled_at"));
    }
}
