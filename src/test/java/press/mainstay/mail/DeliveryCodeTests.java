package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryCodeTests {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            550 5.1.1 <a@b.example>: Recipient address rejected | 5.1.1  | HARD
            550-5.1.1 The email account does not exist.         | 5.1.1  | HARD
            5.1.1 (bad destination mailbox address)             | 5.1.1  | HARD
            5.1.10                                              | 5.1.10 | HARD
            550 5.2.1 The account is disabled.                  | 5.2.1  | HARD
            551 User not local                                  | 551    | HARD
            552 5.2.2 Mailbox full                              | 5.2.2  | SOFT
            452-4.2.2 Over quota                                | 4.2.2  | SOFT
            4.4.7                                               | 4.4.7  | SOFT
            4.1.1                                               | 4.1.1  | SOFT
            4.2.1                                               | 4.2.1  | SOFT
            5.4.4 (unable to route)                             | 5.4.4  | SOFT
            550 5.5.0 Requested action not taken                | 5.5.0  | SOFT
            550 No such user, or spam                           | 550    | SOFT
            550                                                 | 550    | SOFT
            5.0.0                                               | 5.0.0  | SOFT
            550-5.7.26 This mail is unauthenticated             | 5.7.26 | POLICY
            550 5.7.515 Access denied                           | 5.7.515| POLICY
            421 4.7.0 Try again later                           | 4.7.0  | POLICY
            5.1.8 Bad sender's system address                   | 5.1.8  | POLICY
            5.3.4                                               | 5.3.4  | POLICY
            5.6.0                                               | 5.6.0  | POLICY
            554 Transaction failed                              | 554    | POLICY
            """)
    void aServersWordsHaveACodeAndTheCodeAKind(String text, String code, BounceKind kind) {
        assertThat(DeliveryCode.in(text)).hasValueSatisfying(found -> {
            assertThat(found.value()).isEqualTo(code);
            assertThat(found.isFailure()).isTrue();
            assertThat(found.kind()).isEqualTo(kind);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Mailbox full", "unknown 5.1.1", "5.1.1.9 is no code", "6.1.1", "5500", "5.1", "99"})
    void otherWordsHaveNone(String text) {
        assertThat(DeliveryCode.in(text)).isEmpty();
    }

    /// A server's reply that leads to an address.
    @ParameterizedTest
    @ValueSource(strings = {"550 5.1.1.9 blocks you", "550 10.5.1.1 blocks you"})
    void anAddressOfAMachineIsNoStatus(String text) {
        assertThat(DeliveryCode.in(text))
                .hasValueSatisfying(code -> assertThat(code.value()).isEqualTo("550"));
    }
}
