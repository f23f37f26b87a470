package press.mainstay.demo.stripe;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.InvoiceBody.Line;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// What a subscription asks for, period by period, and the tries to collect it.
final class Invoices {

    /// Days between one try and the next; after the last Stripe gives up.
    static final List<Duration> RETRIES = List.of(Duration.ofDays(3), Duration.ofDays(5), Duration.ofDays(7));

    private static final String INTENT = "payment_intent";
    private static final String PAYMENT = "payment";

    enum Outcome {
        PAID,
        PENDING,
        DECLINED
    }

    private final World world;
    private final Payments payments;
    private final Cards cards;
    private final Catalog catalog;
    private volatile URI pages = URI.create("http://localhost");

    Invoices(World world, Payments payments, Cards cards, Catalog catalog) {
        this.world = world;
        this.payments = payments;
        this.cards = cards;
        this.catalog = catalog;
    }

    /// @param pages origin of the hosted pages
    void pagesAt(URI pages) {
        this.pages = pages;
    }

    /// A draft, not yet told of: the subscription comes first.
    ///
    /// @param start of the period that it is for
    Stored draft(Stored subscription, String reason, long start, long end) {
        var item = Subscriptions.item(subscription);
        var price = (ObjectNode) item.path("price");
        long quantity = Json.number(item, "quantity");
        long amount = Catalog.money(price).minorUnits() * quantity;
        var name = "1 × " + catalog.productName(price);
        return draft(subscription, reason, List.of(new Line(name, amount, quantity, start, end, price, false, null)));
    }

    Stored draft(Stored subscription, String reason, List<Line> lines) {
        var customer = world.store.get("customer", Json.need(subscription.body(), "customer"));
        var invoice = world.add(InvoiceBody.draft(world, subscription, customer, reason, lines));
        long sequence = Json.number(customer.body(), "next_invoice_sequence");
        world.alter(customer, body -> body.put("next_invoice_sequence", sequence + 1));
        long balance = balance(invoice);
        world.alter(invoice, body -> useBalance(body, balance));
        return invoice;
    }

    /// What the newsroom owes the reader from earlier, as a negative number, or the reader a little to the newsroom.
    private long balance(Stored invoice) {
        var customer = customer(invoice);
        var first = "subscription_create".equals(Json.text(invoice.body(), "billing_reason"));
        return customer == null || first ? 0 : Json.number(customer.body(), "balance");
    }

    private @Nullable Stored customer(Stored invoice) {
        return world.store.find("customer", Json.text(invoice.body(), "customer"));
    }

    /// @return what is left on the customer's balance
    private static long useBalance(ObjectNode body, long balance) {
        long open = Json.number(body, "total") + balance;
        // a sum that is too small to be charged waits for the next invoice
        boolean charged =
                open >= Settlement.minimum(Json.need(body, "currency")).minorUnits();
        body.put("starting_balance", balance);
        body.put("amount_due", charged ? open : 0);
        body.put("amount_remaining", charged ? open : 0);
        return charged ? 0 : open;
    }

    void finalise(Stored invoice) {
        long before = balance(invoice);
        var after = new long[1];
        world.alter(invoice, "invoice.finalized", body -> {
            after[0] = useBalance(body, before);
            body.put("ending_balance", after[0]);
            body.put("status", "open");
            body.put("effective_at", world.now());
            body.putNull("automatically_finalizes_at");
            body.put("hosted_invoice_url", pages + "/i/" + invoice.id());
            body.put("invoice_pdf", "https://pay.stripe.com/invoice/" + world.id("", 40) + "/pdf");
            ((ObjectNode) body.path("status_transitions")).put("finalized_at", world.now());
        });
        var customer = customer(invoice);
        if (customer != null && after[0] != before) {
            world.alter(customer, "customer.updated", body -> body.put("balance", after[0]));
        }
    }

    /// One try to collect, with the card or account that the subscription has.
    ///
    /// @param byItself whether this is Stripe's own try; others are not counted, unless they are the first
    Outcome collect(Stored invoice, Stored subscription, boolean byItself) {
        if (Json.number(invoice.body(), "amount_due") == 0) {
            paid(invoice, byItself);
            return Outcome.PAID;
        }
        var customer = Json.need(invoice.body(), "customer");
        var method = world.store.get("payment_method", Json.need(subscription.body(), "default_payment_method"));
        var declined = cards.declines(customer);
        var intent = intent(invoice, "Subscription update");
        if (Customers.SEPA.equals(Json.text(method.body(), "type"))) {
            payments.pend(intent, method, declined == null);
            world.alter(invoice, body -> body.put("attempted", true));
            return Outcome.PENDING;
        }
        if ("authentication_required".equals(declined)) {
            payments.needsAuthentication(intent, method);
            return Outcome.DECLINED;
        }
        if (declined != null) {
            payments.decline(intent, method, declined);
            return Outcome.DECLINED;
        }
        payments.succeed(intent, method);
        paid(invoice, byItself);
        return Outcome.PAID;
    }

    @Nullable
    Stored intentOf(Stored invoice) {
        return world.store.find("payment_intent", Json.text(invoice.hidden(), INTENT));
    }

    boolean waitsForAuthentication(Stored invoice) {
        var intent = intentOf(invoice);
        return intent != null && "requires_action".equals(Json.text(intent.body(), "status"));
    }

    Stored intent(Stored invoice, String description) {
        var known = intentOf(invoice);
        if (known != null) {
            return known;
        }
        var money = new Money(Json.number(invoice.body(), "amount_due"), Json.need(invoice.body(), "currency"));
        var customer = Json.need(invoice.body(), "customer");
        var intent = payments.intent(money, customer, Json.object(), description, null, Json.object());
        pays(intent, invoice);
        return intent;
    }

    /// Ties a PaymentIntent to the invoice that it pays.
    void pays(Stored intent, Stored invoice) {
        intent.hidden().put("invoice", invoice.id());
        invoice.hidden().put(INTENT, intent.id());
        world.store.save(intent);
        payment(invoice, true, Json.object("payment_intent", intent.id(), "type", "payment_intent"));
    }

    private void payment(Stored invoice, boolean isDefault, ObjectNode with) {
        var payment = world.add(Json.body("""
                        {"object": "invoice_payment", "amount_paid": null, "livemode": false, "status": "open",
                         "status_transitions": {"canceled_at": null, "paid_at": null}}
                        """)
                .with("id", world.id("inpay_1"))
                .with("amount_requested", Json.number(invoice.body(), "amount_due"))
                .with("created", world.now())
                .with("currency", Json.need(invoice.body(), "currency"))
                .with("invoice", invoice.id())
                .with("is_default", isDefault)
                .with(PAYMENT, with)
                .json());
        invoice.hidden().put(PAYMENT, payment.id());
        world.store.save(invoice);
    }

    /// All that is due is paid, be it by a charge or by what was on the customer's balance.
    void paid(Stored invoice, boolean byItself) {
        world.store.due(invoice, null);
        long due = Json.number(invoice.body(), "amount_due");
        attempted(invoice, due > 0 ? counts(invoice, byItself) : 0, null);
        var payment = world.store.find("invoice_payment", Json.text(invoice.hidden(), PAYMENT));
        if (payment != null) {
            world.alter(payment, "invoice_payment.paid", body -> {
                body.put("status", "paid");
                body.put("amount_paid", due);
                ((ObjectNode) body.path("status_transitions")).put("paid_at", world.now());
            });
        }
        world.alter(invoice, "invoice.paid", body -> {
            body.put("status", "paid");
            body.put("amount_paid", due);
            body.put("amount_remaining", 0);
            body.put("auto_advance", false);
            ((ObjectNode) body.path("status_transitions")).put("paid_at", world.now());
        });
        world.tell("invoice.payment_succeeded", invoice);
    }

    /// Staff note that the money came in cash or by bank transfer: no charge, nothing on Stripe's balance.
    void paidOutOfBand(Stored invoice) {
        abandon(invoice);
        payment(invoice, false, Json.object("payment_record", world.id("pr_1"), "type", "payment_record"));
        world.alter(invoice, body -> body.set("amount_paid_off_stripe", body.path("amount_due")));
        paid(invoice, false);
    }

    /// The PaymentIntent will not be paid.
    private void abandon(Stored invoice) {
        var intent = intentOf(invoice);
        if (intent != null) {
            payments.cancel(intent);
            world.alter(world.store.get("invoice_payment", Json.need(invoice.hidden(), PAYMENT)), body -> {
                body.put("status", "canceled");
                ((ObjectNode) body.path("status_transitions")).put("canceled_at", world.now());
            });
            invoice.hidden().remove(INTENT);
            invoice.hidden().remove(PAYMENT);
        }
    }

    /// @return when Stripe tries again; null: it gives up
    @Nullable
    Long failed(Stored invoice) {
        int failures = (int) Json.number(invoice.body(), "attempt_count");
        var again = failures < RETRIES.size()
                ? Long.valueOf(world.instant().plus(RETRIES.get(failures)).getEpochSecond())
                : null;
        failed(invoice, 1, again);
        world.store.due(invoice, again);
        return again;
    }

    /// A try that was not Stripe's own: its retries go on as they were.
    void failedAside(Stored invoice) {
        var again = Json.number(invoice.body(), "next_payment_attempt");
        failed(invoice, counts(invoice, false), again == 0 ? null : again);
    }

    private void failed(Stored invoice, long counts, @Nullable Long again) {
        attempted(invoice, counts, again);
        if (waitsForAuthentication(invoice)) {
            world.tell("invoice.payment_action_required", invoice);
        }
        world.tell("invoice.payment_failed", invoice);
    }

    private static long counts(Stored invoice, boolean byItself) {
        return byItself || Json.number(invoice.body(), "attempt_count") == 0 ? 1 : 0;
    }

    private void attempted(Stored invoice, long counts, @Nullable Long again) {
        world.alter(invoice, body -> {
            body.put("attempt_count", Json.number(body, "attempt_count") + counts);
            body.put("attempted", true);
            Json.put(body, "next_payment_attempt", again);
        });
    }

    void voids(Stored invoice) {
        close(invoice, "void", "invoice.voided", "voided_at");
        abandon(invoice);
    }

    void markUncollectible(Stored invoice) {
        close(invoice, "uncollectible", "invoice.marked_uncollectible", "marked_uncollectible_at");
    }

    private void close(Stored invoice, String status, String event, String transition) {
        world.store.due(invoice, null);
        world.alter(invoice, event, body -> {
            body.put("status", status);
            body.put("auto_advance", false);
            body.putNull("next_payment_attempt");
            ((ObjectNode) body.path("status_transitions")).put(transition, world.now());
        });
    }

    /// Stripe does nothing more about it by itself.
    void rest(Stored invoice) {
        world.store.due(invoice, null);
        world.alter(invoice, body -> {
            body.put("auto_advance", false);
            body.putNull("automatically_finalizes_at");
            body.putNull("next_payment_attempt");
        });
    }
}
