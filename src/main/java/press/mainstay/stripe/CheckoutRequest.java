package press.mainstay.stripe;

import java.net.URI;
import java.util.Locale;
import java.util.UUID;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// A payment page to be opened at Stripe. Equal requests of one attempt lead to one page, however often they are
/// sent.
///
/// @param donation our id; comes back with the session and with everything that Stripe tells of the gift
/// @param attempt counts up after each failure, since Stripe answers a repeated attempt with the old failure
/// @param thanks where the reader comes back to; `&session_id=…` is added, so it has a query already
/// @param back where the reader comes back to without having paid
public record CheckoutRequest(
        UUID donation, int attempt, Money amount, Frequency frequency, Locale locale, URI thanks, URI back) {}
