package press.mainstay.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeEvent.ChargeSucceeded;
import press.mainstay.stripe.StripeEvent.InvoicePaid;
import press.mainstay.stripe.StripeEvent.InvoicePaymentPaid;

/// Books what Stripe tells of money. A charge, an invoice and the link between them come in any order and more than
/// once; the books end the same.
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

    /// All payments of a customer of Stripe.
    public List<Payment> paymentsOf(String customer) {
        return jdbc.sql("select * from payment where customer = :customer order by happened_at")
                .param("customer", customer)
                .query(LedgerService::payment)
                .list();
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

    @EventListener
    void on(ChargeSucceeded succeeded) {
        var news = jdbc.sql("""
                        insert into payment (charge, payment_intent, customer, donation, amount_minor_units,
                            amount_currency, balance_transaction, happened_at, booked_at)
                        values (:charge, :paymentIntent, :customer, :donation, :minorUnits,
                            :currency, :balanceTransaction, :happenedAt, :now)
                        on conflict (charge) do nothing
                        """)
                .param("charge", succeeded.charge())
                .param("paymentIntent", succeeded.paymentIntent())
                .param("customer", succeeded.customer())
                .param("donation", succeeded.donation())
                .param("minorUnits", succeeded.amount().minorUnits())
                .param("currency", succeeded.amount().currency())
                .param("balanceTransaction", succeeded.balanceTransaction())
                .param("happenedAt", utc(succeeded.at()))
                .param("now", now())
                .update();
        if (news == 1) {
            book("payment", succeeded.charge(), succeeded.charge(), succeeded.amount(), succeeded.at());
            if (succeeded.donation() != null) {
                payment(succeeded.charge()).map(PaymentReceived::new).ifPresent(events::publishEvent);
            } else {
                link("ip.payment_intent = :id", succeeded.paymentIntent());
            }
        } else if (succeeded.balanceTransaction() != null) {
            jdbc.sql("""
                            update payment set balance_transaction = :balanceTransaction
                            where charge = :charge and balance_transaction is null
                            """)
                    .param("charge", succeeded.charge())
                    .param("balanceTransaction", succeeded.balanceTransaction())
                    .update();
        }
    }

    @EventListener
    void on(InvoicePaid paid) {
        jdbc.sql("""
                        insert into invoice (id, subscription, customer, donation, paid_at, booked_at)
                        values (:id, :subscription, :customer, :donation, :paidAt, :now)
                        on conflict (id) do nothing
                        """)
                .param("id", paid.invoice())
                .param("subscription", paid.subscription())
                .param("customer", paid.customer())
                .param("donation", paid.donation())
                .param("paidAt", utc(paid.at()))
                .param("now", now())
                .update();
        link("i.id = :id", paid.invoice());
    }

    @EventListener
    void on(InvoicePaymentPaid paid) {
        jdbc.sql("""
                        insert into invoice_payment (id, invoice, payment_intent, booked_at)
                        values (:id, :invoice, :paymentIntent, :now)
                        on conflict (id) do nothing
                        """)
                .param("id", paid.invoicePayment())
                .param("invoice", paid.invoice())
                .param("paymentIntent", paid.paymentIntent())
                .param("now", now())
                .update();
        link("ip.id = :id", paid.invoicePayment());
    }

    /// Books an entry, once for its kind and source.
    void book(String kind, String source, String charge, Money amount, Instant happenedAt) {
        jdbc.sql("""
                        insert into ledger_entry (kind, source, charge, minor_units, currency, happened_at, booked_at)
                        values (:kind, :source, :charge, :minorUnits, :currency, :happenedAt, :now)
                        on conflict (kind, source) do nothing
                        """)
                .param("kind", kind)
                .param("source", source)
                .param("charge", charge)
                .param("minorUnits", amount.minorUnits())
                .param("currency", amount.currency())
                .param("happenedAt", utc(happenedAt))
                .param("now", now())
                .update();
    }

    /// Once charge, invoice and the link between them are all there, whichever came last.
    private void link(String which, @Nullable String id) {
        jdbc.sql("""
                        update payment p
                        set invoice = i.id, subscription = i.subscription,
                            customer = coalesce(p.customer, i.customer), donation = i.donation
                        from invoice_payment ip join invoice i on i.id = ip.invoice
                        where ip.payment_intent = p.payment_intent and p.invoice is null and p.donation is null and %s
                        returning p.*
                        """.formatted(which)).param("id", id).query(LedgerService::payment).list().stream()
                .filter(payment -> payment.donation() != null)
                .map(PaymentReceived::new)
                .forEach(events::publishEvent);
    }

    private static Payment payment(ResultSet row, int number) throws SQLException {
        return new Payment(
                row.getString("charge"),
                row.getObject("donation", UUID.class),
                row.getString("customer"),
                row.getString("subscription"),
                new Money(row.getLong("amount_minor_units"), row.getString("amount_currency")),
                row.getObject("happened_at", OffsetDateTime.class).toInstant());
    }

    private OffsetDateTime now() {
        return utc(clock.instant());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
