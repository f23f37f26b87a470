package press.mainstay.demo.stripe;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `expand[]`: ids become the objects they stand for, in the answer only.
final class Expansion {

    private final World world;
    private final Checkout checkout;

    Expansion(World world, Checkout checkout) {
        this.world = world;
        this.checkout = checkout;
    }

    /// @return the answer itself where nothing is to be expanded
    ObjectNode expand(ObjectNode answer, List<String> paths) {
        if (paths.isEmpty()) {
            return answer;
        }
        var copy = answer.deepCopy();
        for (var path : paths) {
            expand(copy, path, path);
        }
        return copy;
    }

    private void expand(JsonNode node, String path, String whole) {
        if (node.isArray()) {
            node.forEach(element -> expand(element, path, whole));
            return;
        }
        if (!(node instanceof ObjectNode object)) {
            return;
        }
        int dot = path.indexOf('.');
        var name = dot < 0 ? path : path.substring(0, dot);
        if (!object.has(name)) {
            addList(object, name);
        }
        var value = object.get(name);
        if (value == null) {
            throw Refusal.invalid(null, "This property cannot be expanded (" + whole + ").", "expand");
        }
        if (value.isString()) {
            var found = world.store.find(value.stringValue());
            if (found == null && whole.startsWith("data.")) {
                return; // one that is lost does not spoil the list
            }
            if (found == null) {
                throw Refusal.invalid(null, "This property cannot be expanded (" + whole + ").", "expand");
            }
            object.set(name, found.body().deepCopy());
        }
        if (dot > 0) {
            expand(object.get(name), path.substring(dot + 1), whole);
        }
    }

    /// Lists that are left out unless they are asked for.
    private void addList(ObjectNode object, String name) {
        var id = Json.text(object, "id");
        var list = switch (Json.text(object, "object") + "." + name) {
            case "checkout.session.line_items" -> checkout.lineItems(world.store.get(Checkout.TYPE, id));
            case "invoice.payments" -> list("invoice_payment", "invoice", id, "/v1/invoice_payments");
            case "charge.refunds" -> list("refund", "charge", id, "/v1/charges/" + id + "/refunds");
            case "customer.subscriptions" ->
                list("subscription", "customer", id, "/v1/customers/" + id + "/subscriptions");
            default -> null;
        };
        if (list != null) {
            object.set(name, list);
        }
    }

    private ObjectNode list(String type, String field, @Nullable String id, String url) {
        var data = Json.array();
        for (var stored : world.store
                .naming(type, field, String.valueOf(id))
                .descendingMap()
                .values()) {
            data.add(stored.body().deepCopy());
        }
        return Json.body("""
                        {"object": "list", "has_more": false}
                        """).with("data", data).with("url", url).json();
    }
}
