package press.mainstay.demo.stripe;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Customers and the cards and accounts they pay with.
final class Customers {

    static final String DELETED = "customer.deleted";
    static final String CARD = "card";
    static final String SEPA = "sepa_debit";

    private final World world;

    Customers(World world) {
        this.world = world;
    }

    Stored create(Params params) {
        return create(params.text("email"), params.text("name"), metadata(params));
    }

    Stored create(@Nullable String email, @Nullable String name, Map<String, String> metadata) {
        var prefix = world.id("", 8).toUpperCase(Locale.ROOT);
        var customer = world.add(Json.body("""
                        {"object": "customer", "address": null, "balance": 0, "currency": null,
                         "default_source": null, "delinquent": false, "description": null,
                         "invoice_settings": {"custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null},
                         "livemode": false, "next_invoice_sequence": 1, "phone": null, "preferred_locales": [],
                         "shipping": null, "tax_exempt": "none", "test_clock": null}
                        """)
                .with("id", world.id("cus_", 14))
                .with("created", world.now())
                .with("email", email)
                .with("invoice_prefix", prefix)
                .with("metadata", metadata)
                .with("name", name)
                .json());
        world.tell("customer.created", customer);
        return customer;
    }

    Stored update(Stored customer, Params params) {
        world.alter(customer, "customer.updated", body -> {
            for (var name : new String[] {"email", "name", "phone", "description"}) {
                var value = params.text(name);
                if (value != null) {
                    Json.put(body, name, value.isEmpty() ? null : value);
                }
            }
            merge(body, params);
        });
        return customer;
    }

    /// What is left of it is found by its id, and by that only.
    Stored delete(Stored customer) {
        world.tell("customer.deleted", customer);
        world.store.remove(customer);
        var left = Json.object("id", customer.id(), "object", "customer", "deleted", true);
        return world.store.add(DELETED, customer.id(), left, Json.object());
    }

    void changeEmail(Stored customer, String email) {
        world.alter(customer, "customer.updated", body -> body.put("email", email));
    }

    /// A new card for all that the customer pays, and one that works.
    void changeCard(Stored customer) {
        var method =
                method(CARD, customer.id(), Json.text(customer.body(), "email"), Json.text(customer.body(), "name"));
        ((ObjectNode) method.body().path(CARD)).put("last4", "1111").put("fingerprint", world.id("", 16));
        world.tell("payment_method.attached", method);
        world.alter(
                customer,
                "customer.updated",
                body -> ((ObjectNode) body.path("invoice_settings")).put("default_payment_method", method.id()));
        for (var subscription :
                world.store.naming("subscription", "customer", customer.id()).values()) {
            if (Subscriptions.runs(subscription)) {
                world.alter(
                        subscription, Subscriptions.UPDATED, body -> body.put("default_payment_method", method.id()));
            }
        }
        Cards.forgetDeclines(customer);
    }

    /// @param type `card` or `sepa_debit`
    Stored method(String type, @Nullable String customer, @Nullable String email, @Nullable String name) {
        return world.add(Json.body("""
                        {"object": "payment_method", "allow_redisplay": "limited", "livemode": false,
                         "metadata": {}}
                        """)
                .with("id", world.id("pm_1"))
                .with("billing_details", billing(email, name))
                .with(type, details(type))
                .with("created", world.now())
                .with("customer", customer)
                .with("type", type)
                .json());
    }

    static ObjectNode billing(@Nullable String email, @Nullable String name) {
        var address = Json.body("""
                        {"city": null, "country": "DE", "line1": null, "line2": null, "postal_code": null,
                         "state": null}
                        """).json();
        return Json.body("""
                        {"phone": null, "tax_id": null}
                        """)
                .with("address", address)
                .with("email", email)
                .with("name", name)
                .json();
    }

    private static ObjectNode details(String type) {
        if (type.equals(SEPA)) {
            return Json.body("""
                        {"bank_code": "37040044", "branch_code": "", "country": "DE",
                         "fingerprint": "9optXvqrCDa3Otoi",
                         "generated_from": {"charge": null, "setup_attempt": null}, "last4": "3000"}
                        """).json();
        }
        return Json.body("""
                        {"brand": "visa",
                         "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
                         "country": "US", "display_brand": "visa", "exp_month": 12, "exp_year": 2034,
                         "fingerprint": "Xt5EWLLDS7FJjR1c", "funding": "credit", "last4": "4242",
                         "networks": {"available": ["visa"], "preferred": null},
                         "three_d_secure_usage": {"supported": true}, "wallet": null}
                        """).json();
    }

    static Map<String, String> metadata(Params params, String... path) {
        var here = path.length == 0 ? new String[] {"metadata"} : path;
        var metadata = params.map(here);
        if (metadata.size() > 50) {
            throw Refusal.invalid(null, "Metadata can have at most 50 keys.", Params.name(here));
        }
        metadata.forEach((key, value) -> {
            if (key.length() > 40 || value.length() > 500) {
                throw Refusal.invalid(
                        null,
                        "Metadata keys may have at most 40 characters, values at most 500: " + key,
                        Params.name(here) + "[" + key + "]");
            }
        });
        return metadata;
    }

    /// As Stripe does: what is sent is added, an empty value takes away.
    static void merge(ObjectNode body, Params params) {
        var metadata = Json.copy(body.path("metadata"));
        if ("".equals(params.text("metadata"))) {
            metadata.removeAll();
        }
        metadata(params).forEach((key, value) -> {
            if (value.isEmpty()) {
                metadata.remove(key);
            } else {
                metadata.put(key, value);
            }
        });
        body.set("metadata", metadata);
    }
}
