package press.mainstay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.membership.SubscriptionReconciliation;
import tools.jackson.databind.node.ObjectNode;

/// With a service of its own: the whole account is compared, and other tests tell the service things that Stripe does
/// not know.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=reconciliation")
class ReconciliationTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private BalanceReconciliation balance;

    @Autowired
    private SubscriptionReconciliation subscriptions;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    /// A life of some weeks with all kinds of money, then ten differences of which no event tells.
    @Test
    void tenPlantedDifferencesAreFoundAndNothingElse() {
        for (var currency : List.of("usd", "eur", "jpy")) {
            gives("once", currency.equals("jpy") ? "3000" : "25", currency);
            gives("monthly", currency.equals("jpy") ? "500" : "5", currency);
        }
        for (int i = 0; i < 4; i++) {
            gives("monthly", "7", "usd");
        }
        time.settle();
        time.advance(Period.ofMonths(1).plusDays(1));
        var charges = charges();
        stripe.refunds(charges.get(0), 500L);
        stripe.disputeCloses(stripe.disputes(charges.get(2)), true);
        stripe.otherAppSells(1_900, "usd");
        stripe.payout(1_000);
        time.advance(Duration.ofHours(3));

        compare();
        assertThat(open()).as("before anything is planted").isEmpty();
        assertThat(drift()).isEmpty();
        assertThat(StripesBalance.inOurBooks(jdbc)).isEqualTo(StripesBalance.atStripe(stripe));

        stripe.deliverInBackground(false);
        var running = jdbc.sql("select id from subscription where standing = 'active' order by id")
                .query(String.class)
                .list();
        // Stripe changed, and made no event of it
        stripe.changesSilently("subscription", running.get(0), body -> body.put("cancel_at", 1_900_000_000L));
        stripe.changesSilently("subscription", running.get(1), body -> body.put("status", "past_due"));
        stripe.changesSilently(
                "subscription",
                running.get(2),
                body -> item(body).withObject("/price").put("unit_amount", 900));
        stripe.changesSilently(
                "subscription", running.get(3), body -> item(body).put("current_period_end", 1_900_000_000L));
        var unheard = stripe.otherAppSells(2_300, "usd");
        stripe.refunds(charges.get(3), 200L);
        stripe.disputes(charges.get(4));
        forgetPendingEvents();
        // our books changed, though nobody may
        jdbc.sql("alter table ledger_entry disable trigger append_only").update();
        jdbc.sql("update ledger_entry set minor_units = minor_units - 1 where kind = 'fee' and charge = :charge")
                .param("charge", charges.get(5))
                .update();
        jdbc.sql("update ledger_entry set minor_units = minor_units + 100 where kind = 'payment' and charge = :charge")
                .param("charge", charges.get(6))
                .update();
        jdbc.sql("alter table ledger_entry enable trigger append_only").update();
        jdbc.sql("""
                        insert into payment (charge, amount_minor_units, amount_currency, happened_at, booked_at)
                        select 'ch_invented', 4200, 'usd', happened_at, booked_at from payment order by happened_at desc limit 1
                        """).update();
        time.advance(Duration.ofHours(2));
        forgetPendingEvents();

        compare();

        assertThat(jdbc.sql("select count(distinct object_id) from drift")
                        .query(Long.class)
                        .single())
                .isEqualTo(10);
        assertThat(drift())
                .contains(
                        "subscription cancel_at: none",
                        "subscription status: active",
                        "subscription period_end",
                        "balance_transaction payment: 42.00 usd");
        assertThat(open())
                .as("figures of our own that differ are for people; what Stripe had and we did not is mended")
                .hasSize(3);
        assertThat(jdbc.sql("select amount_minor_units from payment where charge = :charge")
                        .param("charge", unheard)
                        .query(Long.class)
                        .single())
                .isEqualTo(2_300);
        assertThat(jdbc.sql("select standing from subscription where id = :id")
                        .param("id", running.get(1))
                        .query(String.class)
                        .single())
                .isEqualTo("late");

        compare();
        assertThat(jdbc.sql("select count(distinct object_id) from drift")
                        .query(Long.class)
                        .single())
                .as("what is known is not found anew")
                .isEqualTo(10);
    }

    private void compare() {
        subscriptions.compare();
        balance.compare(Duration.ofDays(60));
    }

    private static ObjectNode item(ObjectNode subscription) {
        return (ObjectNode) subscription.path("items").path("data").path(0);
    }

    /// Stripe failed to make them: neither webhook nor list tells.
    private void forgetPendingEvents() {
        var known = jdbc.sql("select event_id from stripe_event")
                .query(String.class)
                .set();
        stripe.objects("event").stream()
                .map(event -> event.path("id").asString())
                .filter(id -> !known.contains(id))
                .forEach(id -> stripe.forgets("event", id));
    }

    private List<String> charges() {
        return jdbc.sql("select charge from payment order by happened_at, charge")
                .query(String.class)
                .list();
    }

    private List<Map<String, Object>> open() {
        return jdbc.sql("select * from drift where mended_at is null").query().listOfRows();
    }

    private List<String> drift() {
        return jdbc.sql("""
                        select object || ' ' || what || case when what in ('period_end', 'yearly_minor_units') then ''
                            else ': ' || coalesce(ours, 'nothing') end
                        from drift
                        """).query(String.class).list();
    }

    private void gives(String frequency, String amount, String currency) {
        var checkout = reader.post("/donations", Map.of("frequency", frequency, "amount", amount, "currency", currency))
                .location();
        stripe.reader(checkout.toString()).paysByCard("reader-" + UUID.randomUUID() + "@example.org");
    }
}
