package press.mainstay.donation;

import java.util.Locale;

/// A way to pay that the support page shows. What a reader is offered in the end is Stripe's to decide, by country
/// and device and by what is switched on there.
public enum PaymentMethod {
    CARD,
    APPLE_PAY,
    GOOGLE_PAY,
    LINK,
    SEPA_DEBIT;

    /// The word used in pictures and message keys: `apple-pay`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean takes(String currency) {
        return this != SEPA_DEBIT || currency.equals("eur");
    }
}
