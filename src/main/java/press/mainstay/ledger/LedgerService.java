package press.mainstay.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.shared.JsonRows;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeEvent.BalanceTransaction;
import press.mainstay.stripe.StripeEvent.ChargeSucceeded;
import press.mainstay.stripe.StripeEvent.DisputeChanged;
import press.mainstay.stripe.StripeEvent.InvoiceChanged;
import press.mainstay.stripe.StripeEvent.InvoicePaymentPaid;
import press.mainstay.stripe.StripeEvent.RefundChanged;
import press.mainstay.stripe.StripeNews;

/// Books what Stripe tells of money. A charge, an invoice and the link between them come in any order and more
/// than once; the books end the same.
@Service
public class LedgerService {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final ApplicationEventPublisher events;

    LedgerService(JdbcClient jdbc, Clock clock, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.events = events;
    }

    public Optional<Payment> payment(String charge) {
        return jdbc.sql("select * from payment where charge = :charge")
                .param("charge", charge)
                .query(LedgerService::payment)
                .optional();
    }

    /// All payments of a donation, the first one first: one for a gift given once, one a period otherwise.
    public List<Payment> paymentsFor(UUID donation) {
        return jdbc.sql("select * from payment where donation = :donation order by happened_at")
                .param("donation", donation)
                .query(LedgerService::payment)
                .list();
    }

    public Optional<Invoice> invoice(String id) {
        return jdbc.sql("select * from invoice where id = :id")
                .param("id", id)
                .query((row, _) -> new Invoice(
                        id,
                        row.getString("subscription"),
                        row.getString("customer"),
                        row.getString("status"),
                        row.getString("due_currency") == null
                                ? null
                                : new Money(row.getLong("due_minor_units"), row.getString("due_currency")),
                        instant(row, "next_attempt_at"),
                        instant(row, "action_required_at"),
                        instant(row, "paid_at"),
                        period(row)))
                .optional();
    }

    public Optional<Refund> refund(String id) {
        return jdbc.sql("select * from refund where id = :id")
                .param("id", id)
                .query(LedgerService::refund)
                .optional();
    }

    /// What went back, or was to go back, of these payments.
    public List<Refund> refundsOf(Collection<String> charges) {
        return charges.isEmpty()
                ? List.of()
                : jdbc.sql("select * from refund where charge = any(:charges)")
                        .param("charges", charges.toArray(String[]::new))
                        .query(LedgerService::refund)
                        .list();
    }

    /// Before the features that ask how a payment or an invoice stands.
    @EventListener
    @Order(1)
    void on(StripeNews news) {
        var fresh = new ArrayList<Payment>();
        fresh.addAll(bookCharges(news.of(ChargeSucceeded.class)));
        news.rounds(InvoiceChanged.class, InvoiceChanged::invoice).forEach(this::bookInvoices);
        bookInvoicePayments(news.of(InvoicePaymentPaid.class));
        fresh.addAll(link(news));
        news.rounds(RefundChanged.class, RefundChanged::refund).forEach(this::bookRefunds);
        news.rounds(DisputeChanged.class, DisputeChanged::dispute).forEach(this::bookDisputes);
        bookBalance(news.of(BalanceTransaction.class));
        if (!fresh.isEmpty()) {
            events.publishEvent(new PaymentsReceived(fresh));
        }
    }

    private record ChargeRow(
            String charge,
            @Nullable String paymentIntent,
            @Nullable String customer,
            @Nullable UUID donation,
            long amountMinorUnits,
            String amountCurrency,
            @Nullable String balanceTransaction,
            Instant happenedAt) {

        static ChargeRow of(ChargeSucceeded charge) {
            return new ChargeRow(
                    charge.charge(),
                    charge.paymentIntent(),
                    charge.customer(),
                    charge.donation(),
                    charge.amount().minorUnits(),
                    charge.amount().currency(),
                    charge.balanceTransaction(),
                    charge.at());
        }
    }

    /// @return those that are new and name their donation themselves
    private List<Payment> bookCharges(List<ChargeSucceeded> charges) {
        if (charges.isEmpty()) {
            return List.of();
        }
        var rows = JsonRows.of(charges.stream().map(ChargeRow::of).toList());
        var fresh = jdbc.sql("""
                        insert into payment (charge, payment_intent, customer, donation, amount_minor_units,
                            amount_currency, balance_transaction, happened_at, booked_at)
                        select charge, payment_intent, customer, donation, amount_minor_units,
                            amount_currency, balance_transaction, happened_at, :now
                        from jsonb_populate_recordset(null::payment, cast(:rows as jsonb))
                        on conflict (charge) do nothing
                        returning *
                        """)
                .param("rows", rows)
                .param("now", now())
                .query(LedgerService::payment)
                .list();
        jdbc.sql("""
                        update payment p set balance_transaction = r.balance_transaction
                        from jsonb_populate_recordset(null::payment, cast(:rows as jsonb)) r
                        where p.charge = r.charge and p.balance_transaction is null and r.balance_transaction is not null
                        """).param("rows", rows).update();
        book(charges.stream()
                .map(charge -> Entry.of("payment", charge.charge(), charge.charge(), charge.amount(), charge.at()))
                .toList());
        return fresh.stream().filter(payment -> payment.donation() != null).toList();
    }

    private record InvoiceRow(
            String id,
            @Nullable String subscription,
            @Nullable String customer,
            @Nullable UUID donation,
            boolean isForeign,
            String status,
            long dueMinorUnits,
            String dueCurrency,
            int attempts,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant actionRequiredAt,
            @Nullable Instant paidAt,
            @Nullable Instant periodFrom,
            @Nullable Instant periodUntil,
            long stripeOrder) {

        static InvoiceRow of(InvoiceChanged invoice) {
            return new InvoiceRow(
                    invoice.invoice(),
                    invoice.subscription(),
                    invoice.customer(),
                    invoice.donation(),
                    invoice.foreign(),
                    invoice.status(),
                    invoice.due().minorUnits(),
                    invoice.due().currency(),
                    invoice.attempts(),
                    invoice.nextAttempt(),
                    invoice.tells() == InvoiceChanged.Tells.ACTION_REQUIRED
                            ? invoice.order().second()
                            : null,
                    invoice.paidAt(),
                    invoice.periodFrom(),
                    invoice.periodUntil(),
                    invoice.order().value());
        }
    }

    /// How an invoice stands goes by Stripe's order; what is set once stays.
    private void bookInvoices(List<InvoiceChanged> invoices) {
        jdbc.sql("""
                        insert into invoice as i (id, subscription, customer, donation, is_foreign, status, due_minor_units,
                            due_currency, attempts, next_attempt_at, action_required_at, paid_at, period_from,
                            period_until, stripe_order, booked_at)
                        select id, subscription, customer, donation, is_foreign, status, due_minor_units,
                            due_currency, attempts, next_attempt_at, action_required_at, paid_at, period_from,
                            period_until, stripe_order, :now
                        from jsonb_populate_recordset(null::invoice, cast(:rows as jsonb))
                        on conflict (id) do update set
                            subscription = coalesce(i.subscription, excluded.subscription),
                            customer = coalesce(i.customer, excluded.customer),
                            donation = coalesce(i.donation, excluded.donation),
                            is_foreign = i.is_foreign and excluded.is_foreign,
                            action_required_at = least(i.action_required_at, excluded.action_required_at),
                            paid_at = least(i.paid_at, excluded.paid_at),
                            period_from = coalesce(i.period_from, excluded.period_from),
                            period_until = coalesce(i.period_until, excluded.period_until),
                            status = case when excluded.stripe_order > i.stripe_order
                                then excluded.status else i.status end,
                            due_minor_units = case when excluded.stripe_order > i.stripe_order
                                then excluded.due_minor_units else i.due_minor_units end,
                            due_currency = coalesce(i.due_currency, excluded.due_currency),
                            attempts = greatest(i.attempts, excluded.attempts),
                            next_attempt_at = case when excluded.stripe_order > i.stripe_order
                                then excluded.next_attempt_at else i.next_attempt_at end,
                            stripe_order = greatest(i.stripe_order, excluded.stripe_order)
                        """)
                .param("rows", JsonRows.of(invoices.stream().map(InvoiceRow::of).toList()))
                .param("now", now())
                .update();
    }

    private record InvoicePaymentRow(
            String id, String invoice, @Nullable String paymentIntent) {}

    private void bookInvoicePayments(List<InvoicePaymentPaid> paid) {
        if (!paid.isEmpty()) {
            jdbc.sql("""
                            insert into invoice_payment (id, invoice, payment_intent, booked_at)
                            select id, invoice, payment_intent, :now
                            from jsonb_populate_recordset(null::invoice_payment, cast(:rows as jsonb))
                            on conflict (id) do nothing
                            """)
                    .param(
                            "rows",
                            JsonRows.of(paid.stream()
                                    .map(one -> new InvoicePaymentRow(
                                            one.invoicePayment(), one.invoice(), one.paymentIntent()))
                                    .toList()))
                    .param("now", now())
                    .update();
        }
    }

    /// Once charge, invoice and the link between them are all there, whichever came last.
    ///
    /// @return those of which it is now known that they are ours
    private List<Payment> link(StripeNews news) {
        var charges = news.of(ChargeSucceeded.class).stream()
                .map(ChargeSucceeded::charge)
                .toArray(String[]::new);
        var invoices = news.of(InvoiceChanged.class).stream()
                .map(InvoiceChanged::invoice)
                .toArray(String[]::new);
        var links = news.of(InvoicePaymentPaid.class).stream()
                .map(InvoicePaymentPaid::invoicePayment)
                .toArray(String[]::new);
        if (charges.length + invoices.length + links.length == 0) {
            return List.of();
        }
        return jdbc
                .sql("""
                        with touched as (
                            select payment_intent from payment where charge = any(:charges)
                            union select payment_intent from invoice_payment where id = any(:links)
                            union select payment_intent from invoice_payment where invoice = any(:invoices))
                        update payment p
                        set invoice = i.id, subscription = i.subscription, is_foreign = i.is_foreign,
                            customer = coalesce(p.customer, i.customer), donation = coalesce(p.donation, i.donation)
                        from touched t
                        join invoice_payment ip on ip.payment_intent = t.payment_intent
                        join invoice i on i.id = ip.invoice
                        where p.payment_intent = t.payment_intent and p.invoice is null
                        returning p.*
                        """)
                .param("charges", charges)
                .param("invoices", invoices)
                .param("links", links)
                .query(LedgerService::payment)
                .list()
                .stream()
                .filter(Payment::ours)
                .toList();
    }

    private record RefundRow(
            String id,
            String charge,
            long amountMinorUnits,
            String amountCurrency,
            String status,
            @Nullable String balanceTransaction,
            @Nullable String failureBalanceTransaction,
            Instant happenedAt,
            Instant toldAt,
            long stripeOrder) {

        static RefundRow of(RefundChanged refund) {
            return new RefundRow(
                    refund.refund(),
                    refund.charge(),
                    refund.amount().minorUnits(),
                    refund.amount().currency(),
                    refund.status(),
                    refund.balanceTransaction(),
                    refund.failureBalanceTransaction(),
                    refund.at(),
                    refund.order().second(),
                    refund.order().value());
        }
    }

    /// A refund leaves the books when it is made. One that fails comes back when Stripe's balance has it back
    /// (see [#bookBalance]); one that is cancelled before Stripe took anything, at once.
    private void bookRefunds(List<RefundChanged> refunds) {
        jdbc.sql("""
                        insert into refund as r (id, charge, amount_minor_units, amount_currency, status,
                            balance_transaction, failure_balance_transaction, happened_at, told_at, stripe_order, booked_at)
                        select id, charge, amount_minor_units, amount_currency, status,
                            balance_transaction, failure_balance_transaction, happened_at, told_at, stripe_order, :now
                        from jsonb_populate_recordset(null::refund, cast(:rows as jsonb))
                        on conflict (id) do update set
                            balance_transaction = coalesce(r.balance_transaction, excluded.balance_transaction),
                            failure_balance_transaction =
                                coalesce(r.failure_balance_transaction, excluded.failure_balance_transaction),
                            status = case when excluded.stripe_order > r.stripe_order then excluded.status else r.status end,
                            told_at = case when excluded.stripe_order > r.stripe_order
                                then excluded.told_at else r.told_at end,
                            stripe_order = greatest(r.stripe_order, excluded.stripe_order)
                        """)
                .param("rows", JsonRows.of(refunds.stream().map(RefundRow::of).toList()))
                .param("now", now())
                .update();
        book(refunds.stream()
                .filter(LedgerService::tookMoney)
                .map(refund -> Entry.of(
                        "refund",
                        refund.refund(),
                        refund.charge(),
                        refund.amount().negated(),
                        refund.at()))
                .toList());
        jdbc.sql("""
                        insert into ledger_entry (kind, source, charge, minor_units, currency, happened_at, booked_at)
                        select 'refund_failure', r.id, r.charge, r.amount_minor_units, r.amount_currency, r.told_at, :now
                        from refund r join ledger_entry e on e.kind = 'refund' and e.source = r.id
                        where r.id = any(:ids) and r.status = 'canceled' and r.balance_transaction is null
                            and r.failure_balance_transaction is null
                        on conflict (kind, source) do nothing
                        """)
                .param("ids", refunds.stream().map(RefundChanged::refund).toArray(String[]::new))
                .param("now", now())
                .update();
    }

    private static boolean tookMoney(RefundChanged refund) {
        return switch (refund.status()) {
            case "pending", "succeeded" -> true;
            default -> refund.balanceTransaction() != null;
        };
    }

    private record DisputeRow(
            String id,
            String charge,
            long amountMinorUnits,
            String amountCurrency,
            @Nullable String reason,
            String status,
            Instant happenedAt,
            long stripeOrder) {

        static DisputeRow of(DisputeChanged dispute) {
            return new DisputeRow(
                    dispute.dispute(),
                    dispute.charge(),
                    dispute.amount().minorUnits(),
                    dispute.amount().currency(),
                    dispute.reason(),
                    dispute.status(),
                    dispute.at(),
                    dispute.order().value());
        }
    }

    private void bookDisputes(List<DisputeChanged> disputes) {
        jdbc.sql("""
                        insert into dispute as d (id, charge, amount_minor_units, amount_currency, reason, status,
                            happened_at, stripe_order, booked_at)
                        select id, charge, amount_minor_units, amount_currency, reason, status,
                            happened_at, stripe_order, :now
                        from jsonb_populate_recordset(null::dispute, cast(:rows as jsonb))
                        on conflict (id) do update set
                            amount_minor_units = excluded.amount_minor_units, reason = excluded.reason,
                            status = excluded.status, stripe_order = excluded.stripe_order
                        where excluded.stripe_order > d.stripe_order
                        """)
                .param("rows", JsonRows.of(disputes.stream().map(DisputeRow::of).toList()))
                .param("now", now())
                .update();
        bookBalance(
                disputes.stream().flatMap(dispute -> dispute.moves().stream()).toList());
    }

    private record BalanceRow(
            String id, String source, String category, long amount, long fee, String currency, Instant happenedAt) {}

    /// What moved on Stripe's balance, in its currency, and what Stripe took for it. What it belongs to must be
    /// known already; if not, nothing is booked, and the payment or refund stays unsettled until it is asked
    /// for again.
    private void bookBalance(List<BalanceTransaction> transactions) {
        var ours = transactions.stream()
                .filter(transaction -> MOVES_OF_GIFTS.contains(transaction.category()))
                .map(transaction -> new BalanceRow(
                        transaction.id(),
                        transaction.source(),
                        transaction.category(),
                        transaction.amount().minorUnits(),
                        transaction.fee().minorUnits(),
                        transaction.amount().currency(),
                        transaction.at()))
                .toList();
        if (ours.isEmpty()) {
            return;
        }
        var rows = JsonRows.of(ours);
        jdbc.sql("""
                        with moved as (
                            select b.*, coalesce(p.charge, r.charge, d.charge) as charge,
                                coalesce(p.amount_minor_units, r.amount_minor_units, d.amount_minor_units) as given,
                                coalesce(p.amount_currency, r.amount_currency, d.amount_currency) as given_currency
                            from jsonb_to_recordset(cast(:rows as jsonb)) as b(id text, source text, category text,
                                amount bigint, fee bigint, currency text, happened_at timestamptz)
                            left join payment p on p.charge = b.source
                            left join refund r on r.id = b.source
                            left join dispute d on d.id = b.source
                            where p.charge is not null or r.id is not null or d.id is not null),
                        entries as (
                            select 'settlement' as kind, id as source, charge, amount as minor_units, currency, happened_at
                            from moved
                            union all
                            select 'fee', id, charge, -fee, currency, happened_at from moved
                            union all
                            -- the refund's own entry is booked by the refund; what brings it back, by this alone
                            select 'refund_failure', source, charge, given, given_currency, happened_at
                            from moved where category = 'refund_failure'
                            union all
                            select case when amount < 0 then 'dispute' else 'dispute_reversal' end, id, charge,
                                case when amount < 0 then -given else given end, given_currency, happened_at
                            from moved where category in ('dispute', 'dispute_reversal') and amount <> 0
                            union all
                            select 'payment_failure', id, charge, -given, given_currency, happened_at
                            from moved where category = 'charge_failure')
                        insert into ledger_entry (kind, source, charge, minor_units, currency, happened_at, booked_at)
                        select kind, source, charge, minor_units, currency, happened_at, :now from entries
                        on conflict (kind, source) do nothing
                        """).param("rows", rows).param("now", now()).update();
        jdbc.sql("""
                        update payment p set settled_at = b.happened_at, balance_transaction = b.id
                        from jsonb_to_recordset(cast(:rows as jsonb))
                            as b(id text, source text, category text, happened_at timestamptz)
                        where p.charge = b.source and p.settled_at is null and b.category <> 'charge_failure'
                        """).param("rows", rows).update();
        jdbc.sql("""
                        update refund r set
                            settled_at = coalesce(b.settled_at, r.settled_at),
                            failure_settled_at = coalesce(b.failure_settled_at, r.failure_settled_at)
                        from (
                            select source, max(happened_at) filter (where category = 'refund') as settled_at,
                                max(happened_at) filter (where category = 'refund_failure') as failure_settled_at
                            from jsonb_to_recordset(cast(:rows as jsonb))
                                as m(source text, category text, happened_at timestamptz)
                            group by source) b
                        where r.id = b.source
                        """).param("rows", rows).update();
    }

    /// Stripe's reporting categories that move readers' money; all others are between Stripe and the newsroom.
    ///
    /// @see <a href="https://docs.stripe.com/reports/reporting-categories">Reporting categories</a>
    static final List<String> MOVES_OF_GIFTS =
            List.of("charge", "charge_failure", "refund", "refund_failure", "dispute", "dispute_reversal");

    private record Entry(
            String kind, String source, String charge, long minorUnits, String currency, Instant happenedAt) {

        static Entry of(String kind, String source, String charge, Money amount, Instant happenedAt) {
            return new Entry(kind, source, charge, amount.minorUnits(), amount.currency(), happenedAt);
        }
    }

    /// Books entries, each once for its kind and source.
    private void book(List<Entry> entries) {
        if (!entries.isEmpty()) {
            jdbc.sql("""
                            insert into ledger_entry (kind, source, charge, minor_units, currency, happened_at, booked_at)
                            select kind, source, charge, minor_units, currency, happened_at, :now
                            from jsonb_populate_recordset(null::ledger_entry, cast(:rows as jsonb))
                            on conflict (kind, source) do nothing
                            """)
                    .param("rows", JsonRows.of(entries))
                    .param("now", now())
                    .update();
        }
    }

    private static Payment payment(ResultSet row, int number) throws SQLException {
        return new Payment(
                row.getString("charge"),
                row.getObject("donation", UUID.class),
                row.getString("customer"),
                row.getString("invoice"),
                row.getString("subscription"),
                row.getBoolean("is_foreign"),
                new Money(row.getLong("amount_minor_units"), row.getString("amount_currency")),
                row.getObject("happened_at", OffsetDateTime.class).toInstant());
    }

    private static Refund refund(ResultSet row, int number) throws SQLException {
        return new Refund(
                row.getString("id"),
                row.getString("charge"),
                new Money(row.getLong("amount_minor_units"), row.getString("amount_currency")),
                row.getString("status"),
                row.getObject("happened_at", OffsetDateTime.class).toInstant());
    }

    private static Duration period(ResultSet row) throws SQLException {
        var from = instant(row, "period_from");
        var until = instant(row, "period_until");
        return from == null || until == null ? Duration.ZERO : Duration.between(from, until);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
