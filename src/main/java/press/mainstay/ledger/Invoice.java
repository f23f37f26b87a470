package press.mainstay.ledger;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;

/// An invoice of a subscription, as Stripe told it last.
///
/// @param status Stripe's word; null where an earlier release kept it, which kept only paid ones
/// @param due null where an earlier release kept it
/// @param nextAttempt when Stripe tries again to collect; null: it does not
/// @param pays how long a time it pays for; zero where that is not known
/// @param actionRequired since when the reader's bank wants to ask them
public record Invoice(
        String id,
        @Nullable String subscription,
        @Nullable String customer,
        @Nullable String status,
        @Nullable Money due,
        @Nullable Instant nextAttempt,
        @Nullable Instant actionRequired,
        @Nullable Instant paid,
        Duration pays) {

    /// Whether it is still to be paid.
    public boolean open() {
        return paid == null && ("open".equals(status) || "uncollectible".equals(status));
    }
}
