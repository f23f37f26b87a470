package press.mainstay.membership;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// A recurring gift, as it stands.
///
/// @param subscription Stripe's id
/// @param donation what was asked for on our page; null where it was made elsewhere
/// @param amount a period
/// @param yearly in minor units
/// @param paidUntil null before the first invoice
/// @param endsAt when it will end, or has ended
/// @param imported it was there before we were
public record Membership(
        String subscription,
        String customer,
        @Nullable UUID donation,
        Standing standing,
        Money amount,
        Frequency frequency,
        long yearly,
        Instant since,
        @Nullable Instant paidUntil,
        @Nullable Instant endsAt,
        boolean imported) {}
