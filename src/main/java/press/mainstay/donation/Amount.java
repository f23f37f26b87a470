package press.mainstay.donation;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;

/// What became of an amount that a reader typed.
///
/// Read are the digits of any script, one decimal point or comma (Arabic ones too), blanks around, and the
/// currency's own sign or code before or behind. All else is refused rather than guessed: what looks like a
/// separator of thousands is a decimal point elsewhere, and a reader must not give a thousand times what was meant.
sealed interface Amount {

    record Accepted(Money money) implements Amount {}

    /// Why not; the page has one sentence for each.
    sealed interface Refused extends Amount {}

    record Missing() implements Refused {}

    record NotANumber() implements Refused {}

    /// @param decimals how many the currency has
    record TooManyDecimals(int decimals) implements Refused {}

    record BelowMinimum(Money minimum) implements Refused {}

    record AboveMaximum(Money maximum) implements Refused {}

    /// More than anybody means to type, and more digits than any amount has.
    int LONGEST = 64;

    /// Blanks of all kinds, and the invisible marks that keyboards of right-to-left scripts put around numbers.
    Pattern AROUND = Pattern.compile("^[\\s\\p{Z}\\u061C\\u200B-\\u200F\\u202A-\\u202E\\u2066-\\u2069]+"
            + "|[\\s\\p{Z}\\u061C\\u200B-\\u200F\\u202A-\\u202E\\u2066-\\u2069]+$");

    /// The second group: point, comma, Arabic decimal separator, Arabic comma, and the two of Japanese keyboards.
    Pattern NUMBER = Pattern.compile("(\\p{Nd}+)(?:[.,\\u066B\\u060C\\uFF0E\\uFF0C](\\p{Nd}+))?");

    static Amount read(@Nullable String typed, Money minimum, Money maximum) {
        if (typed == null || AROUND.matcher(typed).replaceAll("").isEmpty()) {
            return new Missing();
        }
        var currency = minimum.currency();
        var number = NUMBER.matcher(typed.length() > LONGEST ? "" : withoutSign(typed, currency));
        if (!number.matches()) {
            return new NotANumber();
        }
        var fraction = number.group(2) == null ? "" : "." + number.group(2);
        if (fraction.length() > 1 + decimals(currency) || !fraction.isEmpty() && decimals(currency) == 0) {
            return new TooManyDecimals(decimals(currency));
        }
        var major = new BigDecimal(western(number.group(1) + fraction));
        if (major.compareTo(minimum.major()) < 0) {
            return new BelowMinimum(minimum);
        }
        if (major.compareTo(maximum.major()) > 0) {
            return new AboveMaximum(maximum);
        }
        return new Accepted(Money.ofMajor(major, currency));
    }

    /// Stripe wants the third decimal of a dinar to be zero; with two, `1,000` is never read as one dinar.
    private static int decimals(String currency) {
        return Math.min(2, Money.decimals(currency));
    }

    private static String withoutSign(String typed, String currency) {
        var bare = AROUND.matcher(typed).replaceAll("");
        for (var sign : signs(currency)) {
            if (bare.regionMatches(true, 0, sign, 0, sign.length())) {
                bare = bare.substring(sign.length());
                break;
            }
            if (bare.regionMatches(true, bare.length() - sign.length(), sign, 0, sign.length())) {
                bare = bare.substring(0, bare.length() - sign.length());
                break;
            }
        }
        return AROUND.matcher(bare).replaceAll("");
    }

    /// The longest first, since one ends in another: `CAD`, `CA$`, `$`.
    private static Set<String> signs(String currency) {
        var code = currency.toUpperCase(Locale.ROOT);
        var sign = Currency.getInstance(code).getSymbol(Locale.ENGLISH);
        var last = sign.substring(sign.length() - 1);
        var signs = new LinkedHashSet<>(Set.of(code));
        signs.add(sign);
        if (Character.getType(last.charAt(0)) == Character.CURRENCY_SYMBOL) {
            signs.add(last);
        }
        return signs;
    }

    private static String western(String digits) {
        var western = new StringBuilder();
        digits.codePoints().forEach(c -> western.appendCodePoint(c == '.' ? c : '0' + Character.digit(c, 10)));
        return western.toString();
    }
}
