package press.mainstay.demo.stripe;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Customers and the cards and accounts they pay with.
final class Customers {

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
        var customer = world.add(Json.object(
                "id",
                world.id("cus_", 14),
                "object",
                "customer",
                "address",
                null,
                "balance",
                0,
                "created",
                world.now(),
                "currency",
                null,
                "default_source",
                null,
                "delinquent",
                false,
                "description",
                null,
                "email",
                email,
                "invoice_prefix",
                prefix,
                "invoice_settings",
                Json.object(
                        "custom_fields",
                        null,
                        "default_payment_method",
                        null,
                        "footer",
                        null,
                        "rendering_options",
                        null),
                "livemode",
                false,
                "metadata",
                metadata,
                "name",
                name,
                "next_invoice_sequence",
                1,
                "phone",
                null,
                "preferred_locales",
                Json.array(),
                "shipping",
                null,
                "tax_exempt",
                "none",
                "test_clock",
                null));
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

    ObjectNode delete(Stored customer) {
        world.tell("customer.deleted", customer);
        world.store.remove(customer);
        return Json.object("id", customer.id(), "object", "customer", "deleted", true);
    }

    /// @param type `card` or `sepa_debit`
    Stored method(String type, @Nullable String customer, @Nullable String email, @Nullable String name) {
        return world.add(Json.object(
                "id",
                world.id("pm_1"),
                "object",
                "payment_method",
                "allow_redisplay",
                "limited",
                "billing_details",
                billing(email, name),
                type,
                details(type),
                "created",
                world.now(),
                "customer",
                customer,
                "livemode",
                false,
                "metadata",
                Json.object(),
                "type",
                type));
    }

    static ObjectNode billing(@Nullable String email, @Nullable String name) {
        var address = Json.object(
                "city", null, "country", "DE", "line1", null, "line2", null, "postal_code", null, "state", null);
        return Json.object("address", address, "email", email, "name", name, "phone", null, "tax_id", null);
    }

    private static ObjectNode details(String type) {
        if (type.equals(SEPA)) {
            return Json.object(
                    "bank_code", "37040044",
                    "branch_code", "",
                    "country", "DE",
                    "fingerprint", "9optXvqrCDa3Otoi",
                    "generated_from", Json.object("charge", null, "setup_attempt", null),
                    "last4", "3000");
        }
        return Json.object(
                "brand",
                "visa",
                "checks",
                Json.object("address_line1_check", null, "address_postal_code_check", null, "cvc_check", "pass"),
                "country",
                "US",
                "display_brand",
                "visa",
                "exp_month",
                12,
                "exp_year",
                2034,
                "fingerprint",
                "Xt5EWLLDS7FJjR1c",
                "funding",
                "credit",
                "last4",
                "4242",
                "networks",
                Json.object("available", Json.array("visa"), "preferred", null),
                "three_d_secure_usage",
                Json.object("supported", true),
                "wallet",
                null);
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
