package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import press.mainstay.stripe.StripeEvent.CheckoutChanged.Outcome;
import press.mainstay.stripe.StripeOrder.Kind;

/// The rule by which all news of Stripe's objects is put in order.
class StripeOrderTests {

    private static final Instant TEN = Instant.parse("2026-11-25T10:00:00Z");
    private static final Instant ELEVEN = TEN.plusSeconds(1);

    private static StripeOrder subscription(Instant second, Kind kind, String status) {
        return StripeOrder.ofSubscription(second, kind, status);
    }

    private static void inThisOrder(StripeOrder... orders) {
        assertThat(orders).extracting(StripeOrder::value).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aNewerSecondWins() {
        inThisOrder(subscription(TEN, Kind.CHANGE, "active"), subscription(ELEVEN, Kind.CHANGE, "past_due"));
        inThisOrder(subscription(TEN, Kind.CHANGE, "active"), subscription(ELEVEN, Kind.ANSWER, "active"));
    }

    @Test
    void anEndAbsorbsWhateverIsToldLater() {
        inThisOrder(subscription(ELEVEN, Kind.CHANGE, "active"), subscription(TEN, Kind.CHANGE, "canceled"));
        inThisOrder(
                StripeOrder.ofInvoice(ELEVEN, Kind.CHANGE, "paid", 1),
                StripeOrder.ofInvoice(TEN, Kind.CHANGE, "void", 0));
        assertThat(subscription(TEN, Kind.CHANGE, "canceled").end()).isTrue();
        assertThat(subscription(TEN, Kind.CHANGE, "unpaid").end()).isFalse();
    }

    @Test
    void withinASecondTheMakingLosesAndThenTheAnswerThatWasStampedAtItsBeginning() {
        inThisOrder(
                subscription(TEN, Kind.MAKING, "active"),
                subscription(TEN, Kind.ANSWER, "active"),
                subscription(TEN, Kind.CHANGE, "active"));
    }

    @Test
    void thenTheStateThatCanOnlyComeLaterWins() {
        inThisOrder(subscription(TEN, Kind.CHANGE, "incomplete"), subscription(TEN, Kind.CHANGE, "active"));
        inThisOrder(
                StripeOrder.ofInvoice(TEN, Kind.CHANGE, "draft", 0),
                StripeOrder.ofInvoice(TEN, Kind.CHANGE, "open", 0),
                StripeOrder.ofInvoice(TEN, Kind.CHANGE, "open", 2),
                StripeOrder.ofInvoice(TEN, Kind.CHANGE, "uncollectible", 2),
                StripeOrder.ofInvoice(TEN, Kind.CHANGE, "paid", 3));
        inThisOrder(
                StripeOrder.ofRefund(TEN, Kind.CHANGE, "pending"),
                StripeOrder.ofRefund(TEN, Kind.CHANGE, "succeeded"),
                StripeOrder.ofRefund(TEN, Kind.CHANGE, "failed"));
        inThisOrder(
                StripeOrder.ofCheckout(ELEVEN, Kind.CHANGE, Outcome.EXPIRED),
                StripeOrder.ofCheckout(TEN, Kind.CHANGE, Outcome.UNPAID),
                StripeOrder.ofCheckout(TEN, Kind.CHANGE, Outcome.PAID));
    }

    @Test
    void whatIsEqualUpToHereIsRivalAndToBeAskedFor() {
        var active = subscription(TEN, Kind.CHANGE, "active");

        assertThat(active.rivals(subscription(TEN, Kind.CHANGE, "past_due"))).isTrue();
        assertThat(active.rivals(subscription(TEN, Kind.ANSWER, "past_due"))).isTrue();
        assertThat(active.rivals(subscription(TEN, Kind.MAKING, "past_due"))).isFalse();
        assertThat(active.rivals(subscription(ELEVEN, Kind.CHANGE, "past_due"))).isFalse();
        assertThat(active.rivals(subscription(TEN, Kind.CHANGE, "incomplete"))).isFalse();
        assertThat(active.rivals(subscription(TEN, Kind.CHANGE, "canceled"))).isFalse();
    }

    @Test
    void theSecondIsKept() {
        assertThat(subscription(TEN, Kind.CHANGE, "canceled").second()).isEqualTo(TEN);
        assertThat(subscription(TEN, Kind.ANSWER, "active").answer()).isTrue();
    }
}
