package press.mainstay.stripe;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import press.mainstay.shared.Money;

/// The smallest amounts that Stripe charges. They hold for the currency that Stripe pays out in: with another
/// payout currency an amount is converted first, so stay clearly above.
///
/// @see <a href="https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts">Minimum charge amounts</a>
public final class MinimumCharge {

    private static final Map<String, Long> MINOR_UNITS = Map.ofEntries(
            entry("usd", 50L),
            entry("aed", 200L),
            entry("aud", 50L),
            entry("brl", 50L),
            entry("cad", 50L),
            entry("chf", 50L),
            entry("czk", 1500L),
            entry("dkk", 250L),
            entry("eur", 50L),
            entry("gbp", 30L),
            entry("hkd", 400L),
            entry("huf", 17500L),
            entry("inr", 50L),
            entry("jpy", 50L),
            entry("mxn", 1000L),
            entry("myr", 200L),
            entry("nok", 300L),
            entry("nzd", 50L),
            entry("pln", 200L),
            entry("ron", 200L),
            entry("sek", 300L),
            entry("sgd", 50L),
            entry("thb", 1000L));

    private MinimumCharge() {}

    /// Empty where Stripe names none.
    public static Optional<Money> in(String currency) {
        return Optional.ofNullable(MINOR_UNITS.get(currency)).map(minorUnits -> new Money(minorUnits, currency));
    }
}
