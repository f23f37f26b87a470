package press.mainstay.ledger;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;

/// Money that arrived.
///
/// @param charge Stripe's id
/// @param donation what was asked for on our page; null while Stripe has not told, or where it was not asked
///     for here
/// @param invoice null for one-off gifts, and while the link is not known
/// @param subscription null for one-off gifts
/// @param foreign of another application on the same Stripe account
/// @param happenedAt when the charge was made
public record Payment(
        String charge,
        @Nullable UUID donation,
        @Nullable String customer,
        @Nullable String invoice,
        @Nullable String subscription,
        boolean foreign,
        Money amount,
        Instant happenedAt) {

    /// Whether it is known to be a gift to the newsroom. What is not is unassigned income, or foreign.
    public boolean ours() {
        return donation != null || subscription != null && !foreign;
    }
}
