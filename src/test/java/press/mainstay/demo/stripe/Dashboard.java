package press.mainstay.demo.stripe;

import java.util.Map;
import press.mainstay.shared.Money;

/// What staff do at Stripe's Dashboard, with no page of ours before it.
final class Dashboard {

    private final World world;
    private final Customers customers;
    private final Catalog catalog;
    private final Payments payments;
    private final Subscriptions subscriptions;
    private final Invoices invoices;

    Dashboard(
            World world,
            Customers customers,
            Catalog catalog,
            Payments payments,
            Subscriptions subscriptions,
            Invoices invoices) {
        this.world = world;
        this.customers = customers;
        this.catalog = catalog;
        this.payments = payments;
        this.subscriptions = subscriptions;
        this.invoices = invoices;
    }

    /// A new customer with a new subscription, from a form that staff filled in.
    ///
    /// @param paid whether the card pays; otherwise it is declined and the subscription incomplete
    Stored subscribe(
            String email, Money money, String interval, String product, Map<String, String> metadata, boolean paid) {
        var customer = customers.create(email, null, Map.of());
        var method = customers.method(Customers.CARD, customer.id(), email, null);
        world.tell("payment_method.attached", method);
        var price = catalog.priceOf(product, money, interval);
        var notes = Json.object();
        metadata.forEach(notes::put);
        var subscription = subscriptions.create(customer, price, 1, method, notes, null);
        if (!paid) {
            subscriptions.incomplete(subscription);
        }
        var invoice = subscriptions.firstInvoice(subscription);
        var intent = invoices.intent(invoice, "Subscription creation");
        if (paid) {
            payments.succeed(intent, method);
        } else {
            payments.decline(intent, method, "card_declined");
        }
        world.tell("customer.subscription.created", subscription);
        world.tell("invoice.created", invoice);
        invoices.finalise(invoice);
        if (paid) {
            subscriptions.paid(invoice, true);
        } else {
            subscriptions.failed(invoice);
        }
        return subscription;
    }

    /// Their subscriptions end with them.
    Stored delete(Stored customer) {
        for (var subscription :
                world.store.naming("subscription", "customer", customer.id()).values()) {
            if (Subscriptions.runs(subscription)) {
                subscriptions.end(subscription, "cancellation_requested");
            }
        }
        return customers.delete(customer);
    }
}
