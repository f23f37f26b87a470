package press.mainstay.demo.stripe;

import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// How a Checkout Session looks.
final class SessionBody {

    private SessionBody() {}

    static ObjectNode open(String id, Params params, Money total, long expiresAt, long now) {
        var subscription = "subscription".equals(params.text("mode"));
        var types = Json.array();
        params.texts("payment_method_types").forEach(types::add);
        if (types.isEmpty()) {
            types.add(Customers.CARD).add(Customers.SEPA);
        }
        return Json.object(
                "id",
                id,
                "object",
                Checkout.TYPE,
                "adaptive_pricing",
                Json.object("enabled", false),
                "after_expiration",
                null,
                "allow_promotion_codes",
                null,
                "amount_subtotal",
                total.minorUnits(),
                "amount_total",
                total.minorUnits(),
                "automatic_tax",
                Json.object("enabled", false, "liability", null, "provider", null, "status", null),
                "billing_address_collection",
                params.text("billing_address_collection"),
                "cancel_url",
                params.text("cancel_url"),
                "client_reference_id",
                params.text("client_reference_id"),
                "client_secret",
                null,
                "collected_information",
                null,
                "consent",
                null,
                "consent_collection",
                null,
                "created",
                now,
                "currency",
                total.currency(),
                "currency_conversion",
                null,
                "custom_fields",
                Json.array(),
                "custom_text",
                Json.object(
                        "after_submit",
                        null,
                        "shipping_address",
                        null,
                        "submit",
                        null,
                        "terms_of_service_acceptance",
                        null),
                "customer",
                params.text("customer"),
                "customer_creation",
                creation(params, subscription),
                "customer_details",
                null,
                "customer_email",
                params.text("customer_email"),
                "discounts",
                Json.array(),
                "expires_at",
                expiresAt,
                "invoice",
                null,
                "invoice_creation",
                subscription ? null : invoiceCreation(),
                "livemode",
                false,
                "locale",
                params.text("locale"),
                "metadata",
                Customers.metadata(params),
                "mode",
                params.text("mode"),
                "origin_context",
                null,
                "payment_intent",
                null,
                "payment_link",
                null,
                "payment_method_collection",
                subscription ? "always" : "if_required",
                "payment_method_configuration_details",
                null,
                "payment_method_options",
                Json.object(),
                "payment_method_types",
                types,
                "payment_status",
                "unpaid",
                "permissions",
                null,
                "phone_number_collection",
                Json.object("enabled", false),
                "recovered_from",
                null,
                "saved_payment_method_options",
                null,
                "setup_intent",
                null,
                "shipping_address_collection",
                null,
                "shipping_cost",
                null,
                "shipping_options",
                Json.array(),
                "status",
                "open",
                "submit_type",
                params.text("submit_type"),
                "subscription",
                null,
                "success_url",
                params.text("success_url"),
                "total_details",
                Json.object("amount_discount", 0, "amount_shipping", 0, "amount_tax", 0),
                "ui_mode",
                "hosted_page",
                "url",
                null,
                "wallet_options",
                null);
    }

    private static @Nullable String creation(Params params, boolean subscription) {
        if (params.has("customer")) {
            return null;
        }
        var asked = params.text("customer_creation");
        return asked != null ? asked : subscription ? "always" : "if_required";
    }

    private static ObjectNode invoiceCreation() {
        var data = Json.object(
                "account_tax_ids", null,
                "custom_fields", null,
                "description", null,
                "footer", null,
                "issuer", null,
                "metadata", Json.object(),
                "rendering_options", null);
        return Json.object("enabled", false, "invoice_data", data);
    }

    static ObjectNode details(String email, @Nullable String name) {
        var address = name == null
                ? null
                : Json.object(
                        "city",
                        null,
                        "country",
                        "DE",
                        "line1",
                        null,
                        "line2",
                        null,
                        "postal_code",
                        null,
                        "state",
                        null);
        return Json.object(
                "address",
                address,
                "business_name",
                null,
                "email",
                email,
                "individual_name",
                null,
                "name",
                name,
                "phone",
                null,
                "tax_exempt",
                "none",
                "tax_ids",
                name == null ? null : Json.array());
    }
}
