package press.mainstay.donation;

import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// What a reader asked for.
///
/// @param attempt which attempt at opening Stripe's page is next
/// @param checkoutSession null until Stripe's page was opened
record Donation(
        UUID id,
        Frequency frequency,
        Money amount,
        Locale locale,
        Source source,
        int attempt,
        @Nullable String checkoutSession) {

    Choice choice() {
        return new Choice(frequency, amount, source);
    }
}
