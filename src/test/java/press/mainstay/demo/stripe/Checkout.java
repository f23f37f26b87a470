package press.mainstay.demo.stripe;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Checkout Sessions: opened by the newsroom, completed by a reader, or expired.
final class Checkout {

    static final String TYPE = "checkout.session";
    private static final Duration LIVES = Duration.ofHours(24);

    private final World world;
    private final Customers customers;
    private final Catalog catalog;
    private final Payments payments;
    private final Subscriptions subscriptions;
    private final Invoices invoices;
    private volatile URI pages = URI.create("http://localhost");

    Checkout(
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

    /// @param pages origin of the hosted pages; sessions of an earlier run move there
    void pagesAt(URI pages) {
        this.pages = pages;
        for (var session : world.store.all(TYPE)) {
            if (isOpen(session)) {
                world.alter(session, body -> body.put("url", pages + "/c/pay/" + session.id()));
            }
        }
    }

    Stored create(Params params) {
        CheckoutRules.check(params, world);
        var mode = params.text("mode");
        var lines = lines(params, "subscription".equals(mode));
        var total = total(lines);
        var minimum = Settlement.minimum(total.currency());
        if (total.minorUnits() < minimum.minorUnits()) {
            throw Refusal.invalid(
                    "amount_too_small",
                    "The Checkout Session's total amount due must add up to at least " + minimum.major() + " "
                            + total.currency(),
                    null);
        }
        var id = world.id("cs_test_a1", 56);
        var expires = params.number("expires_at");
        var email = params.text("customer_email");
        var customer = params.text("customer");
        var expiresAt = expires == null ? world.instant().plus(LIVES).getEpochSecond() : expires;
        var body = SessionBody.open(id, params, total, expiresAt, world.now());
        body.put("url", pages + "/c/pay/" + id);
        var knownEmail = customer == null
                ? email
                : Json.text(world.store.get("customer", customer).body(), "email");
        if (knownEmail != null) {
            body.set("customer_details", SessionBody.details(knownEmail, null));
        }
        var hidden = Json.object(
                "lines", Json.array(lines.toArray()),
                "intent_metadata", Customers.metadata(params, "payment_intent_data", "metadata"),
                "intent_description", params.text("payment_intent_data", "description"),
                "suffix", params.text("payment_intent_data", "statement_descriptor_suffix"),
                "subscription_metadata", Customers.metadata(params, "subscription_data", "metadata"),
                "subscription_description", params.text("subscription_data", "description"));
        var session = world.add(body, hidden);
        world.store.due(session, expiresAt);
        return session;
    }

    private List<ObjectNode> lines(Params params, boolean recurring) {
        var lines = new ArrayList<ObjectNode>();
        for (var line : params.list("line_items")) {
            var where = "line_items[" + lines.size() + "]";
            var price = price(line, where);
            if (recurring != price.body().path("recurring").isObject()) {
                throw Refusal.invalid(
                        null,
                        recurring
                                ? "You must provide at least one recurring price in `subscription` mode when using prices."
                                : "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
                        where + "[price]");
            }
            var quantity = line.number("quantity");
            if (quantity == null) {
                throw Refusal.invalid(
                        "parameter_missing",
                        "Quantity is required. Add `quantity` to `" + where + "`",
                        where + "[quantity]");
            }
            lines.add(Json.object("id", world.id("li_1"), "price", price.id(), "quantity", quantity));
        }
        return lines;
    }

    private Stored price(Params line, String where) {
        if (line.has("price_data")) {
            return catalog.price(line.in("price_data"), where + "[price_data]", false);
        }
        var id = line.text("price");
        if (id == null) {
            throw Refusal.needed(where + "[price]");
        }
        var price = world.store.find("price", id);
        if (price == null) {
            throw Refusal.missing("price", id, where + "[price]");
        }
        return price;
    }

    private Money total(List<ObjectNode> lines) {
        long total = 0;
        var currency = "usd";
        for (var line : lines) {
            var money = Catalog.money(price(line).body());
            total += money.minorUnits() * Json.number(line, "quantity");
            currency = money.currency();
        }
        return new Money(total, currency);
    }

    private Stored price(JsonNode line) {
        return world.store.get("price", Json.need(line, "price"));
    }

    Stored firstPrice(Stored session) {
        return price(session.hidden().path("lines").path(0));
    }

    /// What `expand[]=line_items` shows.
    ObjectNode lineItems(Stored session) {
        var data = Json.array();
        for (var line : session.hidden().path("lines")) {
            var price = price(line).body();
            long amount = Json.number(price, "unit_amount") * Json.number(line, "quantity");
            data.add(Json.body("""
                        {"object": "item", "adjustable_quantity": null, "amount_discount": 0, "amount_tax": 0,
                         "discounts": [], "taxes": []}
                        """)
                    .with("id", Json.need(line, "id"))
                    .with("amount_subtotal", amount)
                    .with("amount_total", amount)
                    .with("currency", Json.need(price, "currency"))
                    .with("description", catalog.productName(price))
                    .with("price", price.deepCopy())
                    .with("quantity", Json.number(line, "quantity"))
                    .json());
        }
        return Json.body("""
                        {"object": "list", "has_more": false}
                        """)
                .with("data", data)
                .with("url", "/v1/checkout/sessions/" + session.id() + "/line_items")
                .json();
    }

    static boolean isOpen(Stored session) {
        return "open".equals(Json.text(session.body(), "status"));
    }

    Stored expire(Stored session) {
        if (!isOpen(session)) {
            throw Refusal.invalid(
                    null,
                    "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of "
                            + Json.text(session.body(), "status"),
                    null);
        }
        world.store.due(session, null);
        world.alter(session, "checkout.session.expired", body -> {
            body.put("status", "expired");
            body.putNull("url");
        });
        return session;
    }

    /// The reader's card or bank refuses; the page stays open.
    void decline(Stored session, String code, Payer payer) {
        var intent = intent(session, customerKnown(session));
        payments.decline(intent, customers.method(Customers.CARD, null, email(session, payer), payer.name()), code);
    }

    void askForAuthentication(Stored session, Payer payer) {
        var intent = intent(session, customerKnown(session));
        payments.needsAuthentication(
                intent, customers.method(Customers.CARD, null, email(session, payer), payer.name()));
    }

    /// @param method `card` or `sepa_debit`
    /// @param arrives whether the bank's money will come
    /// @return where the reader is sent
    URI pay(Stored session, String method, boolean arrives, Payer payer) {
        var email = email(session, payer);
        var recurring = isSubscription(session);
        var customer = customerKnown(session);
        if (customer == null && (recurring || "always".equals(Json.text(session.body(), "customer_creation")))) {
            customer = customers.create(email, payer.name(), Map.of());
        }
        var paidWith = customers.method(method, customer == null ? null : customer.id(), email, payer.name());
        var intent = intent(session, customer);
        var pending = method.equals(Customers.SEPA);
        if (pending) {
            payments.pend(intent, paidWith, arrives);
        } else {
            payments.succeed(intent, paidWith);
        }
        var subscription = recurring ? subscription(session, customer, paidWith) : null;
        var invoice = subscription == null ? null : firstInvoice(subscription, intent);
        complete(session, customer, intent, subscription, pending, SessionBody.details(email, payer.name()));
        if (subscription != null && invoice != null) {
            begin(subscription, invoice, pending);
        }
        return successUrl(session);
    }

    private void complete(
            Stored session,
            @Nullable Stored customer,
            Stored intent,
            @Nullable Stored subscription,
            boolean pending,
            ObjectNode details) {
        world.store.due(session, null);
        world.alter(session, "checkout.session.completed", body -> {
            body.put("status", "complete");
            body.put("payment_status", pending ? "unpaid" : "paid");
            body.putNull("url");
            body.set("customer_details", details);
            Json.put(body, "customer", customer == null ? null : customer.id());
            if (subscription == null) {
                body.put("payment_intent", intent.id());
            } else {
                body.putNull("payment_intent");
                body.put("subscription", subscription.id());
                body.set("invoice", subscription.body().path("latest_invoice"));
            }
        });
    }

    private Stored subscription(Stored session, @Nullable Stored customer, Stored method) {
        var line = session.hidden().path("lines").path(0);
        return subscriptions.create(
                Objects.requireNonNull(customer),
                price(line),
                Json.number(line, "quantity"),
                method,
                Json.copy(session.hidden().path("subscription_metadata")),
                session.hidden().path("subscription_description"));
    }

    private Stored firstInvoice(Stored subscription, Stored intent) {
        var invoice = subscriptions.firstInvoice(subscription);
        invoices.pays(intent, invoice);
        return invoice;
    }

    private void begin(Stored subscription, Stored invoice, boolean pending) {
        world.tell("customer.subscription.created", subscription);
        world.tell("invoice.created", invoice);
        invoices.finalise(invoice);
        if (pending) {
            world.alter(invoice, body -> body.put("attempted", true));
        } else {
            invoices.paid(invoice, true);
        }
    }

    /// The bank has answered, days after the reader left.
    void settled(Stored session, boolean arrived) {
        world.alter(
                session,
                arrived ? "checkout.session.async_payment_succeeded" : "checkout.session.async_payment_failed",
                body -> body.put("payment_status", arrived ? "paid" : "unpaid"));
    }

    private Stored intent(Stored session, @Nullable Stored customer) {
        var known = world.store.find("payment_intent", Json.text(session.hidden(), "intent"));
        if (known != null) {
            if (customer != null) {
                world.alter(known, body -> body.put("customer", customer.id()));
            }
            return known;
        }
        var recurring = isSubscription(session);
        var hidden = session.hidden();
        var money = new Money(Json.number(session.body(), "amount_total"), Json.need(session.body(), "currency"));
        var intent = payments.intent(
                money,
                customer == null ? null : customer.id(),
                recurring ? Json.object() : Json.copy(hidden.path("intent_metadata")),
                recurring ? "Subscription creation" : Json.text(hidden, "intent_description"),
                Json.text(hidden, "suffix"),
                Json.object("session", session.id()));
        hidden.put("intent", intent.id());
        world.store.save(session);
        return intent;
    }

    private @Nullable Stored customerKnown(Stored session) {
        return world.store.find("customer", Json.text(session.body(), "customer"));
    }

    static boolean isSubscription(Stored session) {
        return "subscription".equals(Json.text(session.body(), "mode"));
    }

    /// What the session was opened with goes before what is typed, as on Stripe's page.
    static String email(Stored session, Payer payer) {
        var known = Json.text(session.body(), "customer_details", "email");
        return known == null ? payer.email() : known;
    }

    static URI successUrl(Stored session) {
        var url = Json.need(session.body(), "success_url");
        return URI.create(url.replace("{CHECKOUT_SESSION_ID}", session.id()));
    }

    static @Nullable URI cancelUrl(Stored session) {
        var url = Json.text(session.body(), "cancel_url");
        return url == null ? null : URI.create(url.replace("{CHECKOUT_SESSION_ID}", session.id()));
    }
}
