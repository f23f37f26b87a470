package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import press.mainstay.shared.Money;

class AmountTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "5|500",
                "2|200",
                "1000|100000",
                "10.50|1050",
                "10,50|1050",
                "7.5|750",
                "007|700",
                " 5 |500",
                "\u00a05\u202f|500",
                "$5|500",
                "5$|500",
                "5 $|500",
                "$ 5.00|500",
                "USD 5|500",
                "5 usd|500",
                "\u0665|500", // Arabic
                "\u0661\u0660\u066b\u0665\u0660|1050", // Arabic, with its decimal separator
                "\u06f1\u06f0\u066b\u06f5|1050", // Persian
                "\u200f\u06f5\u200f|500", // Persian, between marks that say "right to left"
                "\u096b|500", // Devanagari
                "\u09eb|500", // Bengali
                "\uff11\uff10\uff0e\uff15|1050", // full width
            })
    void readsWhatPeopleType(String typed, long cents) {
        assertThat(dollars(typed)).isEqualTo(new Amount.Accepted(new Money(cents, "usd")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e3",
                "-5",
                "+5",
                "\u22125",
                "NaN",
                "Infinity",
                "0x10",
                "five",
                "1,000.00",
                "1.000,00",
                "1 000",
                "1\u00a0000",
                "1'000",
                "10.",
                ".50",
                "5-10",
                "10 cats",
                "5\u00b2",
                "\u00bd",
                "\u2164",
                "\u20ac5",
                "5 EUR",
                "$5$",
                "$",
                "<script>",
                "5\n6",
                "5%",
            })
    void refusesWhatMightMeanSomethingElse(String typed) {
        assertThat(dollars(typed)).isEqualTo(new Amount.NotANumber());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u00a0\t", "\u200f"})
    void missesWhatIsNotTyped(String typed) {
        assertThat(dollars(typed)).isEqualTo(new Amount.Missing());
        assertThat(dollars(null)).isEqualTo(new Amount.Missing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.505", "1,000", "1.000", "2.0000"})
    void refusesMoreDecimalsThanCents(String typed) {
        assertThat(dollars(typed)).isEqualTo(new Amount.TooManyDecimals(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.50", "10,5", "500.00", "1,000"})
    void yenHaveNoDecimals(String typed) {
        assertThat(yen(typed)).isEqualTo(new Amount.TooManyDecimals(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"500", "¥500", "\uff15\uff10\uff10", "500 JPY"})
    void readsYenAsTheyAre(String typed) {
        assertThat(yen(typed)).isEqualTo(new Amount.Accepted(new Money(500, "jpy")));
    }

    @Test
    void neverReadsAThousandDinarsAsOne() {
        var minimum = new Money(100, "kwd");
        var maximum = new Money(10_000_000, "kwd");

        assertThat(Amount.read("1,000", minimum, maximum)).isEqualTo(new Amount.TooManyDecimals(2));
        assertThat(Amount.read("1,25", minimum, maximum)).isEqualTo(new Amount.Accepted(new Money(1250, "kwd")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.00", "1", "1.99", "1,99", "\u0661"})
    void namesTheMinimum(String typed) {
        assertThat(dollars(typed)).isEqualTo(new Amount.BelowMinimum(new Money(200, "usd")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000.01", "1001", "9999999999999999999999999999999999999999", "99999999999999999999.99"})
    void namesTheMaximum(String typed) {
        assertThat(dollars(typed)).isEqualTo(new Amount.AboveMaximum(new Money(100_000, "usd")));
    }

    @Test
    void takesTheLimitsThemselves() {
        assertThat(dollars("2")).isInstanceOf(Amount.Accepted.class);
        assertThat(dollars("1000")).isInstanceOf(Amount.Accepted.class);
    }

    @Test
    void doesNotReadABook() {
        assertThat(dollars("9".repeat(10_000))).isEqualTo(new Amount.NotANumber());
        assertThat(dollars(" ".repeat(100_000) + "5")).isEqualTo(new Amount.NotANumber());
    }

    @Test
    void knowsCurrenciesThatShareASign() {
        var minimum = new Money(200, "cad");
        var maximum = new Money(100_000, "cad");

        assertThat(Amount.read("CA$5", minimum, maximum)).isEqualTo(new Amount.Accepted(new Money(500, "cad")));
        assertThat(Amount.read("5 $", minimum, maximum)).isEqualTo(new Amount.Accepted(new Money(500, "cad")));
    }

    private static Amount dollars(String typed) {
        return Amount.read(typed, new Money(200, "usd"), new Money(100_000, "usd"));
    }

    private static Amount yen(String typed) {
        return Amount.read(typed, new Money(300, "jpy"), new Money(150_000, "jpy"));
    }
}
