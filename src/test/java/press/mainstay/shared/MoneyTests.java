package press.mainstay.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTests {

    @ParameterizedTest
    @CsvSource({"10.50, usd, 1050", "500, jpy, 500", "500, isk, 50000", "1.25, kwd, 1250", "3, mga, 3", "3, ugx, 300"})
    void majorUnitsBecomeStripesMinorUnits(BigDecimal major, String currency, long minorUnits) {
        assertThat(Money.ofMajor(major, currency).minorUnits()).isEqualTo(minorUnits);
    }

    @Test
    void fractionsThatTheCurrencyHasNotAreRefused() {
        assertThatThrownBy(() -> Money.ofMajor(new BigDecimal("10.50"), "jpy")).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.ofMajor(new BigDecimal("0.001"), "usd")).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.ofMajor(new BigDecimal("9".repeat(40)), "usd"))
                .isInstanceOf(ArithmeticException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | usd | en | $5",
                "1050 | usd | en | $10.50",
                "500 | jpy | en | ¥500",
                "123456 | gbp | en | £1,234.56",
                "1050 | eur | ru | 10,50 €"
            })
    void amountsArePrintedAsPeopleWriteThem(long minorUnits, String currency, String language, String printed) {
        assertThat(new Money(minorUnits, currency)
                        .format(Locale.forLanguageTag(language))
                        .replace('\u00a0', ' '))
                .isEqualTo(printed);
    }
}
