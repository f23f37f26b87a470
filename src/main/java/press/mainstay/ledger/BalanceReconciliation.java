package press.mainstay.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.shared.Money;
import press.mainstay.stripe.Drift;
import press.mainstay.stripe.StripeAccount;
import press.mainstay.stripe.StripeEvent;
import press.mainstay.stripe.StripeEvent.BalanceTransaction;
import press.mainstay.stripe.StripeEvent.ChargeSucceeded;
import press.mainstay.stripe.StripeEvent.DisputeChanged;
import press.mainstay.stripe.StripeEvent.RefundChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripePoll;

/// Compares the ledger with Stripe's balance, entry by entry. What Stripe has and we do not is booked at once, as
/// if its event had come; a figure that differs cannot be put right by a program, and stays open for people.
@Service
public class BalanceReconciliation {

    private static final Logger log = LoggerFactory.getLogger(BalanceReconciliation.class);

    /// What moved later than this ago may still be on its way to us.
    private static final Duration SETTLING = Duration.ofHours(1);

    private final JdbcClient jdbc;
    private final Clock clock;
    private final StripeGateway stripe;
    private final StripePoll poll;
    private final StripeInbox inbox;
    private final SettlementService settlements;
    private final StripeAccount account;
    private final Drift drift;

    BalanceReconciliation(
            JdbcClient jdbc,
            Clock clock,
            StripeGateway stripe,
            StripePoll poll,
            StripeInbox inbox,
            SettlementService settlements,
            StripeAccount account,
            Drift drift) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.stripe = stripe;
        this.poll = poll;
        this.inbox = inbox;
        this.settlements = settlements;
        this.account = account;
        this.drift = drift;
    }

    /// An entry that the ledger should have.
    private record Expected(String transaction, String kind, String source, Money amount) {

        private String key() {
            return kind + " " + source;
        }
    }

    /// Compares what moved in this time, until an hour ago.
    ///
    /// @throws press.mainstay.stripe.StripeUnavailableException if Stripe does not tell; the next run compares
    ///     again
    public void compare(Duration back) {
        poll.catchUp();
        settlements.settle();
        var until = clock.instant().minus(SETTLING).truncatedTo(ChronoUnit.SECONDS);
        var from = latest(until.minus(back), account.comparableSince());
        var path = "/v1/balance_transactions?expand%5B%5D=data.source&created%5Bgte%5D=" + from.getEpochSecond()
                + "&created%5Blt%5D=" + until.getEpochSecond();
        var seen = new HashSet<String>();
        var sums = new TreeMap<String, Long>();
        var open = new HashSet<>(drift.open(Drift.Kind.BALANCE_TRANSACTION));
        var after = "";
        StripeGateway.Answer page;
        do {
            page = stripe.list(path, after);
            var objects = page.objects();
            comparePage(objects, seen, sums, open);
            after = objects.isEmpty() ? "" : objects.getLast().id();
        } while (page.more());
        findUnknownToStripe(from, until, seen, open);
        findNeverSettled(from, until, open);
        open.forEach(object -> drift.mended(Drift.Kind.BALANCE_TRANSACTION, object, "equal again"));
        note(from, until, sums);
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private void comparePage(
            List<StripeGateway.Answer> objects, Set<String> seen, Map<String, Long> sums, Set<String> open) {
        var expected = new ArrayList<Expected>();
        var news = new TreeMap<String, List<StripeEvent>>();
        for (var object : objects) {
            if (object.read(Via.ANSWER).orElse(null) instanceof BalanceTransaction transaction
                    && LedgerService.MOVES_OF_GIFTS.contains(transaction.category())) {
                seen.add(transaction.id());
                var net = transaction.amount().minorUnits() - transaction.fee().minorUnits();
                sums.merge(transaction.amount().currency(), net, Math::addExact);
                var told = new ArrayList<StripeEvent>();
                object.field("source").read(Via.ANSWER).ifPresent(told::add);
                expected.addAll(expected(transaction, told));
                told.add(transaction);
                news.put(transaction.id(), told);
            }
        }
        var differing = differing(expected);
        differing.forEach(this::found);
        var missing = differing.stream()
                .filter(difference -> difference.ours() == null)
                .map(difference -> difference.expected().transaction())
                .distinct()
                .toList();
        inbox.apply(missing.stream()
                .flatMap(transaction -> news.get(transaction).stream())
                .toList());
        var still = differing(expected).stream()
                .map(difference -> difference.expected().transaction())
                .collect(Collectors.toSet());
        missing.stream()
                .filter(transaction -> !still.contains(transaction))
                .forEach(transaction ->
                        drift.mended(Drift.Kind.BALANCE_TRANSACTION, transaction, "booked from Stripe's balance"));
        open.removeAll(still);
    }

    private static List<Expected> expected(BalanceTransaction transaction, List<StripeEvent> source) {
        var id = transaction.id();
        var entries = new ArrayList<Expected>();
        entries.add(new Expected(id, "settlement", id, transaction.amount()));
        entries.add(new Expected(id, "fee", id, transaction.fee().negated()));
        var leaves = transaction.amount().minorUnits() < 0;
        for (var event : source) {
            switch (event) {
                case ChargeSucceeded charge
                when transaction.category().equals("charge") ->
                    entries.add(new Expected(id, "payment", charge.charge(), charge.amount()));
                case RefundChanged refund
                when transaction.category().equals("refund") ->
                    entries.add(new Expected(
                            id, "refund", refund.refund(), refund.amount().negated()));
                case RefundChanged refund
                when transaction.category().equals("refund_failure") ->
                    entries.add(new Expected(id, "refund_failure", refund.refund(), refund.amount()));
                case DisputeChanged dispute
                when leaves ->
                    entries.add(new Expected(id, "dispute", id, dispute.amount().negated()));
                case DisputeChanged dispute -> entries.add(new Expected(id, "dispute_reversal", id, dispute.amount()));
                default -> {}
            }
        }
        return entries;
    }

    /// @param ours null: we have no such entry
    private record Difference(Expected expected, @Nullable Money ours) {}

    private List<Difference> differing(List<Expected> expected) {
        if (expected.isEmpty()) {
            return List.of();
        }
        var ours = jdbc
                .sql(
                        "select kind || ' ' || source as key, minor_units, currency from ledger_entry where source = any(:sources)")
                .param(
                        "sources",
                        expected.stream().map(Expected::source).distinct().toArray(String[]::new))
                .query((row, _) -> Map.entry(
                        row.getString("key"), new Money(row.getLong("minor_units"), row.getString("currency"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return expected.stream()
                .filter(entry -> !entry.amount().equals(ours.get(entry.key())))
                .map(entry -> new Difference(entry, ours.get(entry.key())))
                .toList();
    }

    private void found(Difference difference) {
        var expected = difference.expected();
        drift.found(
                Drift.Kind.BALANCE_TRANSACTION,
                expected.transaction(),
                expected.kind(),
                difference.ours() == null ? null : words(difference.ours()),
                words(expected.amount()));
    }

    private static String words(Money money) {
        return money.major().toPlainString() + " " + money.currency();
    }

    private record Unknown(String source, long minorUnits, String currency) {}

    private void findUnknownToStripe(Instant from, Instant until, Set<String> seen, Set<String> open) {
        var ours = jdbc.sql("""
                        select source, minor_units, currency from ledger_entry
                        where kind = 'settlement' and happened_at >= :from and happened_at < :until
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query(Unknown.class)
                .list();
        for (var entry : ours) {
            if (!seen.contains(entry.source())) {
                report(entry, "settlement");
                open.remove(entry.source());
            }
        }
    }

    private void findNeverSettled(Instant from, Instant until, Set<String> open) {
        var unsettled = jdbc.sql("""
                        select charge as source, amount_minor_units as minor_units, amount_currency as currency from payment
                        where settled_at is null and happened_at >= :from and happened_at < :until
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query(Unknown.class)
                .list();
        for (var payment : unsettled) {
            report(payment, "payment");
            open.remove(payment.source());
        }
    }

    private void report(Unknown entry, String what) {
        var money = new Money(entry.minorUnits(), entry.currency());
        drift.found(Drift.Kind.BALANCE_TRANSACTION, entry.source(), what, words(money), null);
    }

    private void note(Instant from, Instant until, Map<String, Long> stripes) {
        var ours = jdbc
                .sql("""
                        select currency, sum(minor_units)::bigint as net from ledger_entry
                        where kind in ('settlement', 'fee') and happened_at >= :from and happened_at < :until
                        group by currency
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .query((row, _) -> Map.entry(row.getString("currency"), row.getLong("net")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        var currencies = new HashSet<>(stripes.keySet());
        currencies.addAll(ours.keySet());
        for (var currency : currencies) {
            var net = stripes.getOrDefault(currency, 0L);
            var booked = ours.getOrDefault(currency, 0L);
            jdbc.sql("""
                            insert into reconciliation (reconciled_from, reconciled_until, currency, stripe_minor_units,
                                ledger_minor_units, booked_at)
                            values (:from, :until, :currency, :stripes, :ours, :now)
                            """)
                    .param("from", from.atOffset(ZoneOffset.UTC))
                    .param("until", until.atOffset(ZoneOffset.UTC))
                    .param("currency", currency)
                    .param("stripes", net)
                    .param("ours", booked)
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
            log.info("Reconciled with Stripe until {}: difference {} {}", until, booked - net, currency);
        }
    }
}
