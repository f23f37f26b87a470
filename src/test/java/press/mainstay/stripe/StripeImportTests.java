package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.ledger.BalanceReconciliation;
import press.mainstay.ledger.StripesBalance;
import press.mainstay.membership.SubscriptionReconciliation;

/// A newsroom that has used Stripe for months points Mainstay at its account.
@FeatureTest
@TestPropertySource(
        properties = {"spring.application.name=import", "mainstay.stripe.products=prod_membership,prod_patron"})
class StripeImportTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private StripeImport imports;

    @Autowired
    private Scheduler scheduler;

    @Autowired
    private SubscriptionReconciliation subscriptions;

    @Autowired
    private BalanceReconciliation balance;

    @Autowired
    private TimeMachine time;

    @Autowired
    private DemoClock clock;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void anAccountsPastBecomesTheSameLedgerAndMembershipsAndNobodyGetsALetter() {
        stripe.sendWebhooksTo(URI.create("http://localhost:1/nobody"), "whsec_other");
        scheduler.pause();
        var began = clock.instant();
        var runs = stripe.subscribes("ada@example.org", 500, "usd", "month", "prod_membership", Map.of());
        var ends = stripe.subscribes("bob@example.org", 900, "eur", "month", "prod_membership", Map.of());
        var lapses = stripe.subscribes("cyd@example.org", 700, "usd", "month", "prod_membership", Map.of());
        stripe.subscribes("dan@example.org", 12_000, "usd", "year", "prod_patron", Map.of());
        var shop = stripe.subscribes("eve@example.org", 4_000, "usd", "month", "prod_shop", Map.of());
        livesFor(Duration.ofDays(40));
        stripe.cards().failNext(lapses, 10);
        stripe.cancelsNow(ends);
        livesFor(Duration.ofDays(50));
        var charges = stripe.objects("charge").stream()
                .map(charge -> charge.path("id").asString())
                .toList();
        stripe.refunds(charges.getFirst(), 200L);
        stripe.refundFails(stripe.refunds(charges.get(1), 100L));
        stripe.disputeCloses(stripe.disputes(charges.get(2)), false);
        stripe.otherAppSells(1_500, "usd");
        livesFor(Duration.ofDays(5));
        nowWeCome();
        subscriptions.compare();
        balance.compare(Duration.ofDays(3));
        assertThat(jdbc.sql("select count(*) from drift").query(Long.class).single())
                .as("what was before us is no difference")
                .isZero();

        imports.prepare();
        stripe.faults().next(1, "/v1/invoices").serverError();
        stripe.faults().next(1, "/v1/invoices").serverError();
        assertThat(interrupted()).as("Stripe fails in the middle").isTrue();
        assertThat(imports.progress())
                .filteredOn(list -> list.list().equals("subscriptions"))
                .allSatisfy(list -> assertThat(list.endedAt()).isNotNull())
                .allSatisfy(list -> assertThat(list.objects()).isEqualTo(5));
        stripe.faults().clear();
        while (imports.work(Duration.ofMinutes(1))) {
            // more to do
        }
        scheduler.resume();
        time.settle();

        assertThat(StripesBalance.inOurBooks(jdbc)).isEqualTo(StripesBalance.atStripe(stripe));
        assertThat(imports.progress())
                .allSatisfy(list -> assertThat(list.endedAt()).isNotNull());
        assertThat(standing(runs)).isEqualTo("active true");
        assertThat(standing(ends)).isEqualTo("ended true");
        assertThat(standing(lapses)).isEqualTo("lapsed true");
        assertThat(jdbc.sql("select count(*) from subscription")
                        .query(Long.class)
                        .single())
                .as("what the shop sells is no membership")
                .isEqualTo(4);
        assertThat(changes(runs)).containsExactly("imported active 6000");
        assertThat(changes(ends)).containsExactly("imported active 10800", "ended_by_choice ended 10800");
        assertThat(jdbc.sql("select min(happened_at) from membership_change")
                        .query(OffsetDateTime.class)
                        .single()
                        .toInstant())
                .as("since when Stripe says so")
                .isBetween(began.minusSeconds(1), began.plusSeconds(2));
        assertThat(paidPeriods(runs)).hasSize(4);
        assertThat(jdbc.sql("select count(*) from payment where is_foreign")
                        .query(Long.class)
                        .single())
                .as("the shop's charges are kept as foreign")
                .isEqualTo(4);
        assertThat(jdbc.sql("select count(*) from letter").query(Long.class).single())
                .isZero();
        assertThat(jdbc.sql("select count(*) from supporter").query(Long.class).single())
                .as("nobody who only bought at the shop is known")
                .isEqualTo(4);
        assertThat(shop).isNotNull();

        imports.prepare();
        while (imports.work(Duration.ofMinutes(1))) {
            // more to do
        }
        assertThat(StripesBalance.inOurBooks(jdbc)).isEqualTo(StripesBalance.atStripe(stripe));
        assertThat(changes(runs)).containsExactly("imported active 6000");

        stripe.sendWebhooksTo(reader.origin().resolve("/webhooks/stripe"), "whsec_demo");
        time.advance(Period.ofMonths(1));
        assertThat(StripesBalance.inOurBooks(jdbc)).as("and life goes on").isEqualTo(StripesBalance.atStripe(stripe));
        assertThat(jdbc.sql("select count(*) from letter where kind = 'receipt' and status = 'sent'")
                        .query(Long.class)
                        .single())
                .as("renewals of imported memberships have receipts")
                .isEqualTo(1);
    }

    private boolean interrupted() {
        try {
            return imports.work(Duration.ofMinutes(1));
        } catch (StripeUnavailableException _) {
            return true;
        }
    }

    /// Without us: nobody hears of it.
    private void livesFor(Duration duration) {
        for (int day = 0; day < duration.toDays(); day++) {
            clock.moveTo(clock.instant().plus(Duration.ofDays(1)));
            stripe.runDue();
            stripe.objects("event")
                    .forEach(event -> stripe.forgets("event", event.path("id").asString()));
        }
    }

    private void nowWeCome() {
        clock.moveTo(clock.instant().plusSeconds(60));
        Instant now = clock.instant();
        jdbc.sql("update stripe_account set began_at = :now, polled_until = :now")
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    private String standing(String subscription) {
        return jdbc.sql("select standing || ' ' || imported from subscription where id = :id")
                .param("id", subscription)
                .query(String.class)
                .single();
    }

    private List<String> changes(String subscription) {
        return jdbc.sql("""
                        select why || ' ' || standing || ' ' || yearly_minor_units from membership_change
                        where subscription = :id and superseded_at is null order by happened_at
                        """).param("id", subscription).query(String.class).list();
    }

    private List<Map<String, Object>> paidPeriods(String subscription) {
        return jdbc.sql("""
                        select period_from, period_until from invoice
                        where subscription = :id and status = 'paid' and period_until > period_from
                        """).param("id", subscription).query().listOfRows();
    }
}
