package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

/// With a service of its own: in the others' year, all that other tests gave monthly would be renewed too.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=year")
class YearOfGivingTests {

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

    @Test
    void aYearAndADayBringTwelveMonthlyRenewalsAndOneAnnualOneToTheCent() {
        var monthly = "monthly-" + UUID.randomUUID() + "@example.org";
        var annual = "annual-" + UUID.randomUUID() + "@example.org";
        gives("monthly", "2.50", monthly);
        gives("annual", "120", annual);
        time.settle();

        time.advance(Period.ofYears(1).plusDays(1));

        assertThat(mail.lettersTo(monthly)).hasSize(13);
        assertThat(mail.lettersTo(annual))
                .as("two receipts, and before the second the renewal")
                .extracting(DemoMail.Letter::subject)
                .containsExactly("Your receipt", "A payment is coming up", "Your receipt");
        assertThat(booked("monthly")).containsExactly(13L, 13L * 250, 13L);
        assertThat(booked("annual")).containsExactly(2L, 2L * 12_000, 2L);
    }

    private void gives(String frequency, String amount, String address) {
        var checkout = reader.post("/donations", Map.of("frequency", frequency, "amount", amount, "currency", "usd"))
                .location();
        stripe.reader(checkout.toString()).paysByCard(address);
    }

    /// How many payments, their sum in the ledger, and how many have their fee; of this test's two donations.
    private List<Long> booked(String frequency) {
        var ids = reader.cookies().stream()
                .map(cookie -> cookie.getName().substring("donation-".length()))
                .toList();
        var row = jdbc.sql("""
                        select count(*) as payments, sum(e.minor_units)::bigint as booked, count(f.charge) as fees
                        from donation d join payment p on p.donation = d.id
                        join ledger_entry e on e.charge = p.charge and e.kind = 'payment'
                        left join ledger_entry f on f.charge = p.charge and f.kind = 'fee'
                        where d.id::text in (:ids) and d.frequency = :frequency
                        """)
                .param("ids", ids)
                .param("frequency", frequency)
                .query()
                .singleRow();
        return List.of((Long) row.get("payments"), (Long) row.get("booked"), (Long) row.get("fees"));
    }
}
