package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

@FeatureTest
class GivingTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @ParameterizedTest
    @CsvSource({"once, 50, 5000, usd", "monthly, 2, 200, usd", "annual, 120, 12000, eur", "monthly, 500, 500, jpy"})
    void aGiftByCardIsBookedOnceWithItsFeeAndHasAReceipt(
            String frequency, String amount, long minorUnits, String currency) {
        var checkout = continueWith(frequency, amount, currency);

        var thanks = reader.get(stripe.reader(checkout).paysByCard(address).toString());
        time.settle();

        assertThat(thanks.status()).isEqualTo(200);
        assertThat(thanks.body()).contains("Thank you").doesNotContain(address);
        assertThat(payments())
                .singleElement()
                .satisfies(payment -> assertThat(payment)
                        .containsEntry("amount_minor_units", minorUnits)
                        .containsEntry("amount_currency", currency)
                        .containsEntry("frequency", frequency));
        assertThat(entries("payment")).containsExactly(minorUnits + " " + currency);
        assertThat(mail.lettersTo(address)).singleElement().satisfies(letter -> {
            assertThat(letter.subject()).isEqualTo("Your receipt");
            assertThat(letter.text()).contains("Amount");
            assertThat(letter.html()).contains("Amount").doesNotContain("http-equiv=\"refresh\"", "<img");
        });

        time.advance(java.time.Duration.ofMinutes(2));
        assertThat(entries("settlement")).hasSize(1);
        assertThat(entries("fee")).singleElement().asString().startsWith("-").endsWith("usd");
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    private String continueWith(String frequency, String amount, String currency) {
        var answer = reader.post("/donations", Map.of("frequency", frequency, "amount", amount, "currency", currency));
        assertThat(answer.status()).as(answer.body()).isEqualTo(303);
        return answer.location().toString();
    }

    private java.util.List<Map<String, Object>> payments() {
        return jdbc.sql("""
                        select p.*, d.frequency from payment p join donation d on d.id = p.donation
                        join supporter_customer sc on sc.customer = p.customer
                        join letter l on l.about = p.charge and l.supporter = sc.supporter
                        where d.id = :donation
                        """).param("donation", donation()).query().listOfRows();
    }

    private java.util.List<String> entries(String kind) {
        return jdbc.sql("""
                        select e.minor_units || ' ' || e.currency from ledger_entry e join payment p on p.charge = e.charge
                        where p.donation = :donation and e.kind = :kind
                        """)
                .param("donation", donation())
                .param("kind", kind)
                .query(String.class)
                .list();
    }

    private UUID donation() {
        return UUID.fromString(reader.cookies().getFirst().getName().substring("donation-".length()));
    }
}
