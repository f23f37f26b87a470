package press.mainstay.donation;

import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// What is picked on the support page.
///
/// @param frequency null together with the amount: nothing is picked
public record Choice(
        @Nullable Frequency frequency, @Nullable Money amount, Source source) {

    /// `5`, `7.50`, as links and forms carry it; empty if nothing is picked.
    public String amountField() {
        return amount == null ? "" : SupportPage.plain(amount);
    }
}
