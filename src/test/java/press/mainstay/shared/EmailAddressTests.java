package press.mainstay.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTests {

    /// A label of a domain has at most 63 characters.
    private static final String LONG_LABEL = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    @Test
    void spellingsOfOneMailboxAreOne() {
        assertThat(new EmailAddress(" Anna@Пример.рф ").normalised())
                .isEqualTo(new EmailAddress("anna@xn--e1afmkfd.xn--p1ai").normalised());
    }

    @Test
    void printsNothingOfItself() {
        assertThat(new EmailAddress("anna@example.org")).hasToString("…@…");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "anna",
                "@example.org",
                "anna@",
                "anna@example.org\r\nBcc: x@example.org",
                "a b@example.org",
                "<anna@example.org>",
                "anna@" + LONG_LABEL + ".org"
            })
    void whatCannotBeAMailboxIsRefused(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmailAddress(value))
                .withMessageNotContaining("anna");
    }
}
