package press.mainstay.membership;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeOrder;

/// What Stripe said of a subscription at one time, by an event or by an answer.
///
/// @param source tells this telling from all others
record Snapshot(
        String source,
        String subscription,
        StripeOrder order,
        Via via,
        String customer,
        @Nullable UUID donation,
        Instant startedAt,
        State state) {

    /// How the subscription stood; two tellings with equal states say the same.
    ///
    /// @param status Stripe's word
    /// @param price in minor units, a period
    /// @param yearly in minor units
    /// @param period Stripe's interval
    record State(
            String status,
            boolean collectionPaused,
            long price,
            long yearly,
            String currency,
            String period,
            @Nullable Instant periodEnd,
            @Nullable Instant cancelAt,
            @Nullable Instant canceledAt,
            @Nullable Instant endedAt,
            @Nullable String endReason) {

        Standing standing() {
            return Standing.of(status, collectionPaused, cancelAt != null, endReason);
        }
    }

    static Snapshot of(SubscriptionChanged changed) {
        return new Snapshot(
                changed.source(),
                changed.subscription(),
                changed.order(),
                changed.via(),
                changed.customer(),
                changed.donation(),
                changed.startedAt(),
                new State(
                        changed.status(),
                        changed.collectionPaused(),
                        changed.price().minorUnits(),
                        changed.yearly(),
                        changed.price().currency(),
                        changed.interval(),
                        changed.periodEnd(),
                        changed.cancelAt(),
                        changed.canceledAt(),
                        changed.endedAt(),
                        changed.endReason()));
    }
}
