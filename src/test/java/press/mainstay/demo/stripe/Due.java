package press.mainstay.demo.stripe;

import java.time.Instant;

/// What Stripe does by itself when its time has come.
final class Due {

    private final World world;
    private final Checkout checkout;
    private final Payments payments;
    private final Subscriptions subscriptions;

    Due(World world, Checkout checkout, Payments payments, Subscriptions subscriptions) {
        this.world = world;
        this.checkout = checkout;
        this.payments = payments;
        this.subscriptions = subscriptions;
    }

    /// Does all that is due, one thing after the other, each as of the moment when it was.
    void all() {
        boolean more;
        do {
            more = next();
        } while (more);
    }

    private boolean next() {
        return world.change(() -> {
            var at = world.store.nextDue();
            if (at == null || at > world.now()) {
                return false;
            }
            world.at(Instant.ofEpochSecond(at), () -> happen(world.store.takeDue()));
            return true;
        });
    }

    private void happen(Stored stored) {
        switch (stored.type()) {
            case Checkout.TYPE -> checkout.expire(stored);
            case "charge" -> settle(stored);
            case "invoice" -> subscriptions.invoiceDue(stored);
            case "subscription" -> subscriptions.due(stored);
            default -> throw new IllegalStateException("Nothing falls due for " + stored.id());
        }
    }

    private void settle(Stored charge) {
        var arrived = payments.settle(charge);
        var intent = world.store.get("payment_intent", Json.text(charge.body(), "payment_intent"));
        var session = world.store.find(Checkout.TYPE, Json.text(intent.hidden(), "session"));
        if (session != null) {
            intent.hidden().remove("session");
            checkout.settled(session, arrived);
        }
        var invoice = world.store.find("invoice", Json.text(intent.hidden(), "invoice"));
        if (invoice != null && arrived) {
            subscriptions.paid(invoice, true);
        } else if (invoice != null) {
            subscriptions.failed(invoice);
        }
    }
}
