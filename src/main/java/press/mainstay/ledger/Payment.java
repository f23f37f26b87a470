package press.mainstay.ledger;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;

/// Money that arrived.
///
/// @param charge Stripe's id
/// @param donation null while Stripe has not told where it belongs: unassigned income
/// @param subscription null for one-off gifts
/// @param happenedAt when the charge was made
public record Payment(
        String charge,
        @Nullable UUID donation,
        @Nullable String customer,
        @Nullable String subscription,
        Money amount,
        Instant happenedAt) {}
