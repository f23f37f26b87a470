package press.mainstay.demo.stripe;

import java.util.Set;

/// Invoices that wait: what readers and staff do about them.
final class Arrears {

    private final World world;
    private final Invoices invoices;
    private final Subscriptions subscriptions;
    private final Payments payments;
    private final Customers customers;

    Arrears(World world, Invoices invoices, Subscriptions subscriptions, Payments payments, Customers customers) {
        this.world = world;
        this.invoices = invoices;
        this.subscriptions = subscriptions;
        this.payments = payments;
        this.customers = customers;
    }

    static boolean isPayable(Stored invoice) {
        return Set.of("draft", "open", "uncollectible").contains(status(invoice));
    }

    private static String status(Stored invoice) {
        return Json.need(invoice.body(), "status");
    }

    /// The reader pays on the invoice's own page, with a card that works.
    void pay(Stored invoice) {
        collectable(invoice);
        if (Json.number(invoice.body(), "amount_due") > 0) {
            payments.succeed(invoices.intent(invoice, "Subscription update"), card(invoice));
        }
        subscriptions.paid(invoice, false);
    }

    private Stored card(Stored invoice) {
        var subscription = subscriptions.find(invoice);
        var method = subscription == null
                ? null
                : world.store.find("payment_method", Json.text(subscription.body(), "default_payment_method"));
        if (method != null && Customers.CARD.equals(Json.text(method.body(), "type"))) {
            return method;
        }
        return customers.method(
                Customers.CARD,
                Json.text(invoice.body(), "customer"),
                Json.text(invoice.body(), "customer_email"),
                Json.text(invoice.body(), "customer_name"));
    }

    /// The reader's bank asked who is there, and is content.
    void authenticate(Stored invoice) {
        if (!invoices.waitsForAuthentication(invoice)) {
            throw new IllegalStateException("No bank asks about " + invoice.id());
        }
        pay(invoice);
    }

    /// With the card that Stripe knows; the bank may say no again.
    void retry(Stored invoice) {
        collectable(invoice);
        subscriptions.retry(invoice);
    }

    /// @throws Refusal if the card is declined; that it was is told of all the same
    Stored payByApi(Stored invoice, Params params) {
        if ("true".equals(params.text("paid_out_of_band"))) {
            paysOutOfBand(invoice);
            return invoice;
        }
        retry(invoice);
        var intent = invoices.intentOf(invoice);
        var status = intent == null ? "" : Json.need(intent.body(), "status");
        if (status.equals("requires_action")) {
            throw new Refusal(
                    402,
                    "card_error",
                    "invoice_payment_intent_requires_action",
                    "This payment requires additional user action before it can be completed successfully.",
                    null);
        }
        if (intent != null && status.equals("requires_payment_method")) {
            var error = intent.body().path("last_payment_error");
            throw new Refusal(402, "card_error", Json.need(error, "code"), Json.need(error, "message"), null);
        }
        return invoice;
    }

    void paysOutOfBand(Stored invoice) {
        collectable(invoice);
        invoices.paidOutOfBand(invoice);
        subscriptions.settled(invoice);
    }

    private void collectable(Stored invoice) {
        var intent = invoices.intentOf(invoice);
        if (!isPayable(invoice) || intent != null && "processing".equals(Json.text(intent.body(), "status"))) {
            throw Refusal.invalid(
                    null, "Invoice " + invoice.id() + " is " + status(invoice) + " or being paid already.", null);
        }
        if (status(invoice).equals("draft")) {
            invoices.finalise(invoice);
        }
    }

    void voids(Stored invoice) {
        need(invoice, "open", "uncollectible");
        invoices.voids(invoice);
        var subscription = subscriptions.find(invoice);
        if (subscription != null && Subscriptions.status(subscription).equals("incomplete")) {
            subscriptions.expire(subscription);
        } else {
            subscriptions.settled(invoice);
        }
    }

    void markUncollectible(Stored invoice) {
        need(invoice, "open");
        invoices.markUncollectible(invoice);
        subscriptions.settled(invoice);
    }

    private static void need(Stored invoice, String... statuses) {
        if (!Set.of(statuses).contains(status(invoice))) {
            throw Refusal.invalid(null, "Invoice " + invoice.id() + " is " + status(invoice) + ".", null);
        }
    }
}
