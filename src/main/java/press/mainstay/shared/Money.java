package press.mainstay.shared;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// An amount in the minor units that Stripe counts in.
///
/// @param minorUnits cents, pence, yen
/// @param currency ISO 4217 in lower case, as Stripe writes it
public record Money(long minorUnits, String currency) {

    private static final Pattern CODE = Pattern.compile("[a-z]{3}");

    /// Stripe's table, not Java's: ISK and UGX have no decimals in ISO 4217, but are sent to Stripe with two; MGA has
    /// two, but is sent with none.
    ///
    /// @see <a href="https://docs.stripe.com/currencies#zero-decimal">Zero-decimal currencies</a>
    private static final Set<String> NO_DECIMALS = Set.of(
            "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf");

    private static final Set<String> THREE_DECIMALS = Set.of("bhd", "jod", "kwd", "omr", "tnd");

    public Money {
        if (!CODE.matcher(currency).matches()) {
            throw new IllegalArgumentException("Not a currency in lower case: " + currency);
        }
    }

    /// How many decimals Stripe expects of an amount in this currency.
    public static int decimals(String currency) {
        if (NO_DECIMALS.contains(currency)) {
            return 0;
        }
        return THREE_DECIMALS.contains(currency) ? 3 : 2;
    }

    /// @param major such as `10.50`
    /// @throws ArithmeticException if the currency has no such fraction, or the amount does not fit a `long`
    public static Money ofMajor(BigDecimal major, String currency) {
        return new Money(major.movePointRight(decimals(currency)).longValueExact(), currency);
    }

    public Money negated() {
        return new Money(Math.negateExact(minorUnits), currency);
    }

    /// The amount in major units, with all decimals of the currency: `10.50`.
    public BigDecimal major() {
        return BigDecimal.valueOf(minorUnits, decimals(currency));
    }

    /// For people: "$5", "$10.50", "5 $" by the conventions of the language; no decimals where all are zero.
    public String format(Locale locale) {
        var format = NumberFormat.getCurrencyInstance(locale);
        format.setCurrency(Currency.getInstance(currency.toUpperCase(Locale.ROOT)));
        var whole = major().stripTrailingZeros().scale() <= 0;
        format.setMinimumFractionDigits(whole ? 0 : decimals(currency));
        format.setMaximumFractionDigits(whole ? 0 : decimals(currency));
        return format.format(major());
    }
}
