package press.mainstay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.membership.SubscriptionReconciliation;

/// A newsroom's readers over two years: cards fail and recover, gifts are refunded, disputed, cancelled, changed.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=two-years")
class TwoYearsTests {

    private static final int DAYS = 730;
    private static final List<String> CURRENCIES = List.of("usd", "eur", "gbp", "jpy");

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoClock clock;

    @Autowired
    private TimeMachine time;

    @Autowired
    private Scheduler scheduler;

    @Autowired
    private SettlementService settlements;

    @Autowired
    private BalanceReconciliation balance;

    @Autowired
    private SubscriptionReconciliation subscriptions;

    @Autowired
    private JdbcClient jdbc;

    private final Random random = new Random(20261125);

    @Test
    void ledgerAndStripeAgreeToTheCentAfterTwoYearsOfTwentySupporters() {
        live(20);
    }

    /// `./mvnw test -Pbench -Dtest=TwoYearsTests`: some minutes.
    @Test
    @Tag("bench")
    void ledgerAndStripeAgreeToTheCentAfterTwoYearsOfFiveHundredSupporters() {
        live(500);
    }

    private void live(int supporters) {
        var start = System.nanoTime();
        scheduler.pause(); // a day here takes no time: jobs would compare what is on its way
        for (int day = 0; day < DAYS; day++) {
            if (day < supporters || day % 5 == 0) {
                for (int i = 0; i < Math.max(1, supporters / 100) && day < DAYS / 4; i++) {
                    begins();
                }
            }
            befalls(supporters);
            clock.moveTo(clock.instant().plus(Duration.ofDays(1)));
            stripe.runDue();
            if (day % 10 == 0) {
                awaitEvents();
            }
        }
        stripe.deliver();
        awaitEvents();
        clock.moveTo(clock.instant().plus(Duration.ofHours(3)));
        while (unsettled() > 0) {
            settlements.settle();
        }
        scheduler.resume();
        time.settle();

        assertThat(jdbc.sql("select count(*) from stripe_event where status not in ('applied', 'ignored', 'foreign')")
                        .query(Long.class)
                        .single())
                .isZero();
        subscriptions.compare();
        balance.compare(Duration.ofDays(DAYS + 10));
        assertThat(jdbc.sql(
                                "select object || ' ' || what || ' ' || coalesce(ours, '') || ' ' || coalesce(stripes, '') from drift")
                        .query(String.class)
                        .list())
                .isEmpty();
        assertThat(StripesBalance.inOurBooks(jdbc)).isEqualTo(StripesBalance.atStripe(stripe));
        assertThat(kinds()).contains("payment", "refund", "refund_failure", "dispute", "dispute_reversal", "fee");
        LoggerFactory.getLogger(getClass())
                .info(
                        "Two years of {} supporters: {} events, {} payments, in {} s",
                        supporters,
                        count("stripe_event"),
                        count("payment"),
                        Duration.ofNanos(System.nanoTime() - start).toSeconds());
    }

    private void begins() {
        var currency = CURRENCIES.get(random.nextInt(CURRENCIES.size()));
        var frequency =
                List.of("once", "monthly", "monthly", "monthly", "annual").get(random.nextInt(5));
        var amount = currency.equals("jpy") ? 1_500 + random.nextInt(1_000) : 10 + random.nextInt(40);
        var checkout = reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", Integer.toString(amount), "currency", currency))
                .location();
        var page = stripe.reader(checkout.toString())
                .as("Robin Reader", "reader-%x@example.org".formatted(random.nextLong()));
        if (currency.equals("eur") && random.nextBoolean()) {
            page.paysBySepa();
        } else {
            page.paysByCard();
        }
    }

    /// What happens to somebody on a day: about one thing a week for every twenty supporters.
    private void befalls(int supporters) {
        for (int i = 0; i < Math.max(1, supporters / 100); i++) {
            if (random.nextInt(5) != 0) {
                continue;
            }
            switch (random.nextInt(8)) {
                case 0 -> subscription().ifPresent(id -> stripe.cards().failNext(id, 1 + random.nextInt(5)));
                case 1 -> charge().ifPresent(id -> stripe.refunds(id, 100L));
                case 2 -> charge().ifPresent(id -> stripe.refundFails(stripe.refunds(id, 50L)));
                case 3 -> charge().ifPresent(id -> stripe.disputeCloses(stripe.disputes(id), random.nextBoolean()));
                case 4 -> subscription().ifPresent(stripe::cancels);
                case 5 -> subscription().ifPresent(id -> stripe.changesAmount(id, 1_500 + random.nextInt(500)));
                case 6 -> subscription().ifPresent(id -> stripe.pausesCollection(id, "void"));
                default -> stripe.otherAppSells(700 + random.nextInt(90), "usd");
            }
        }
    }

    private Optional<String> subscription() {
        return any("select id from subscription where status = 'active' order by id offset :offset limit 1", """
                select count(*) from subscription where status = 'active'
                """);
    }

    /// One of which nothing went back yet.
    private Optional<String> charge() {
        return any("""
                select charge from payment p where amount_minor_units > 400
                    and not exists (select from refund r where r.charge = p.charge)
                    and not exists (select from dispute d where d.charge = p.charge)
                order by charge offset :offset limit 1
                """, """
                select count(*) from payment p where amount_minor_units > 400
                    and not exists (select from refund r where r.charge = p.charge)
                    and not exists (select from dispute d where d.charge = p.charge)
                """);
    }

    private Optional<String> any(String one, String howMany) {
        var many = jdbc.sql(howMany).query(Integer.class).single();
        return many == 0
                ? Optional.empty()
                : jdbc.sql(one)
                        .param("offset", random.nextInt(many))
                        .query(String.class)
                        .optional();
    }

    private void awaitEvents() {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> jdbc.sql("select not exists (select from stripe_event where status = 'new')")
                        .query(Boolean.class)
                        .single());
    }

    private List<String> kinds() {
        return jdbc.sql("select distinct kind from ledger_entry")
                .query(String.class)
                .list();
    }

    private long unsettled() {
        return jdbc.sql("""
                        select (select count(*) from payment where settled_at is null and balance_transaction is not null)
                            + (select count(*) from refund where balance_transaction is not null and settled_at is null
                                or failure_balance_transaction is not null and failure_settled_at is null)
                        """).query(Long.class).single();
    }

    private long count(String table) {
        return jdbc.sql("select count(*) from " + table).query(Long.class).single();
    }
}
