package press.mainstay.demo.stripe;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import press.mainstay.shared.Money;

/// How money becomes the account's own: an account in US dollars with Stripe's usual fee.
final class Settlement {

    static final String CURRENCY = "usd";

    /// What Stripe will not go below, in major units of the currency that is charged.
    ///
    /// @see <a href="https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts">Minimum amounts</a>
    private static final Map<String, String> MINIMUM = Map.ofEntries(
            Map.entry("usd", "0.50"),
            Map.entry("aud", "0.50"),
            Map.entry("cad", "0.50"),
            Map.entry("chf", "0.50"),
            Map.entry("czk", "15"),
            Map.entry("dkk", "2.50"),
            Map.entry("eur", "0.50"),
            Map.entry("gbp", "0.30"),
            Map.entry("huf", "175"),
            Map.entry("jpy", "50"),
            Map.entry("nok", "3"),
            Map.entry("nzd", "0.50"),
            Map.entry("pln", "2"),
            Map.entry("ron", "2"),
            Map.entry("sek", "3"));

    private static final Map<String, String> DOLLARS_FOR_ONE = Map.ofEntries(
            Map.entry("usd", "1"),
            Map.entry("aud", "0.66"),
            Map.entry("cad", "0.73"),
            Map.entry("chf", "1.12"),
            Map.entry("czk", "0.043"),
            Map.entry("dkk", "0.145"),
            Map.entry("eur", "1.08"),
            Map.entry("gbp", "1.27"),
            Map.entry("gel", "0.37"),
            Map.entry("huf", "0.0028"),
            Map.entry("isk", "0.0072"),
            Map.entry("jpy", "0.0067"),
            Map.entry("kwd", "3.25"),
            Map.entry("nok", "0.093"),
            Map.entry("nzd", "0.61"),
            Map.entry("pln", "0.25"),
            Map.entry("ron", "0.22"),
            Map.entry("sek", "0.095"),
            Map.entry("uah", "0.024"));

    private static final BigDecimal RATE = new BigDecimal("0.029");
    private static final long FIXED = 30;

    private Settlement() {}

    static Money minimum(String currency) {
        var major = MINIMUM.get(currency);
        if (major != null) {
            return Money.ofMajor(new BigDecimal(major), currency);
        }
        var halfDollar = new BigDecimal("0.50").divide(rate(currency), Money.decimals(currency), RoundingMode.UP);
        return Money.ofMajor(halfDollar, currency);
    }

    static boolean trades(String currency) {
        return DOLLARS_FOR_ONE.containsKey(currency);
    }

    static BigDecimal rate(String currency) {
        return new BigDecimal(DOLLARS_FOR_ONE.getOrDefault(currency, "1"));
    }

    static long settled(Money money) {
        return money.major()
                .multiply(rate(money.currency()))
                .movePointRight(2)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    static long fee(long settled) {
        return RATE.multiply(BigDecimal.valueOf(settled))
                        .setScale(0, RoundingMode.HALF_UP)
                        .longValueExact()
                + FIXED;
    }
}
