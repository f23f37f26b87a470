package press.mainstay.demo.stripe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/// Which address of the API does what.
final class Routes {

    /// Collections that can be listed and read, by the type of their objects.
    private static final Map<String, String> COLLECTIONS = Map.ofEntries(
            Map.entry("customers", "customer"),
            Map.entry("products", "product"),
            Map.entry("prices", "price"),
            Map.entry("payment_methods", "payment_method"),
            Map.entry("checkout/sessions", Checkout.TYPE),
            Map.entry("payment_intents", "payment_intent"),
            Map.entry("charges", "charge"),
            Map.entry("balance_transactions", "balance_transaction"),
            Map.entry("subscriptions", "subscription"),
            Map.entry("invoices", "invoice"),
            Map.entry("invoice_payments", "invoice_payment"),
            Map.entry("refunds", "refund"),
            Map.entry("disputes", "dispute"),
            Map.entry("payouts", "payout"),
            Map.entry("events", "event"));

    private final World world;
    private final List<Route> routes = new ArrayList<>();

    private record Route(String method, Pattern path, BiFunction<String, Params, ObjectNode> handler) {}

    Routes(Parts parts) {
        world = parts.world();
        customers(parts);
        selling(parts);
        subscriptions(parts.subscriptions(), parts.changes());
        invoices(parts.arrears());
        post("/v1/refunds", params -> parts.refunds().create(params).body());
        post("/v1/refunds/ID", "refund", this::metadata);
        post("/v1/refunds/ID/cancel", "refund", (refund, _) -> parts.refunds().cancel(refund));
        post("/v1/charges/ID", "charge", this::metadata);
        post("/v1/payment_intents/ID", "payment_intent", this::metadata);
        var listing = new Listing(world);
        COLLECTIONS.forEach((collection, type) -> {
            var url = "/v1/" + collection;
            add("GET", url, (_, params) -> listing.list(type, url, params));
            add("GET", url + "/ID", (id, _) -> read(type, id).body());
        });
    }

    private void customers(Parts parts) {
        var customers = parts.customers();
        post("/v1/customers", params -> customers.create(params).body());
        post("/v1/customers/ID", "customer", customers::update);
        delete("/v1/customers/ID", "customer", parts.dashboard()::delete);
        post("/v1/billing_portal/sessions", parts.portal()::open);
    }

    private void selling(Parts parts) {
        var catalog = parts.catalog();
        var checkout = parts.checkout();
        post("/v1/products", params -> catalog.createProduct(params).body());
        post("/v1/products/ID", "product", catalog::updateProduct);
        post("/v1/prices", params -> catalog.createPrice(params).body());
        post("/v1/checkout/sessions", params -> checkout.create(params).body());
        post("/v1/checkout/sessions/ID/expire", Checkout.TYPE, (session, _) -> checkout.expire(session));
        add("GET", "/v1/checkout/sessions/ID/line_items", (id, _) -> checkout.lineItems(need(Checkout.TYPE, id)));
    }

    private void subscriptions(Subscriptions subscriptions, Changes changes) {
        post("/v1/subscriptions/ID", "subscription", changes::update);
        post("/v1/subscriptions/ID/resume", "subscription", (subscription, _) -> {
            changes.unpause(subscription);
            return subscription;
        });
        delete("/v1/subscriptions/ID", "subscription", subscription -> {
            if (!Subscriptions.runs(subscription)) {
                throw Refusal.unknown("subscription", subscription.id());
            }
            subscriptions.end(subscription, "cancellation_requested");
            return subscription;
        });
    }

    private void invoices(Arrears arrears) {
        post("/v1/invoices/ID/pay", "invoice", arrears::payByApi);
        post("/v1/invoices/ID/void", "invoice", (invoice, _) -> {
            arrears.voids(invoice);
            return invoice;
        });
        post("/v1/invoices/ID/mark_uncollectible", "invoice", (invoice, _) -> {
            arrears.markUncollectible(invoice);
            return invoice;
        });
    }

    private Stored metadata(Stored stored, Params params) {
        world.alter(stored, stored.type() + ".updated", body -> Customers.merge(body, params));
        return stored;
    }

    private Stored need(String type, String id) {
        var stored = world.store.find(type, id);
        if (stored == null) {
            throw Refusal.unknown(type, id);
        }
        return stored;
    }

    private Stored read(String type, String id) {
        var left = type.equals("customer") ? world.store.find(Customers.DELETED, id) : null;
        return left == null ? need(type, id) : left;
    }

    private void add(String method, String path, BiFunction<String, Params, ObjectNode> handler) {
        routes.add(new Route(method, Pattern.compile(path.replace("ID", "([^/]+)") + "/?"), handler));
    }

    private void post(String path, Function<Params, ObjectNode> handler) {
        add("POST", path, (_, params) -> handler.apply(params));
    }

    private void post(String path, String type, BiFunction<Stored, Params, Stored> handler) {
        add("POST", path, (id, params) -> handler.apply(need(type, id), params).body());
    }

    private void delete(String path, String type, UnaryOperator<Stored> handler) {
        add("DELETE", path, (id, _) -> handler.apply(need(type, id)).body());
    }

    /// @throws Refusal as Stripe refuses
    ObjectNode run(Call call) {
        for (var route : routes) {
            var matcher = route.path().matcher(call.path());
            if (route.method().equals(call.method()) && matcher.matches()) {
                return route.handler().apply(matcher.groupCount() > 0 ? matcher.group(1) : "", call.params());
            }
        }
        throw new Refusal(
                404,
                "invalid_request_error",
                null,
                "Unrecognized request URL (" + call.method() + ": " + call.path() + ").",
                null);
    }
}
