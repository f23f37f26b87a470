package press.mainstay.chaos;

import java.util.UUID;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// What somebody asked for on the support page.
///
/// @param session of the page that Stripe opened
record Gift(UUID donation, Frequency frequency, Money amount, String session) {}
