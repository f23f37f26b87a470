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
        return Json.body("""
                        {"adaptive_pricing": {"enabled": false}, "after_expiration": null,
                         "allow_promotion_codes": null,
                         "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
                         "client_secret": null, "collected_information": null, "consent": null,
                         "consent_collection": null, "currency_conversion": null, "custom_fields": [],
                         "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
                         "customer_details": null, "discounts": [], "invoice": null, "livemode": false,
                         "origin_context": null, "payment_intent": null, "payment_link": null,
                         "payment_method_configuration_details": null, "payment_method_options": {},
                         "payment_status": "unpaid", "permissions": null,
                         "phone_number_collection": {"enabled": false}, "recovered_from": null,
                         "saved_payment_method_options": null, "setup_intent": null,
                         "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [],
                         "status": "open", "subscription": null,
                         "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
                         "ui_mode": "hosted_page", "url": null, "wallet_options": null}
                        """)
                .with("id", id)
                .with("object", Checkout.TYPE)
                .with("amount_subtotal", total.minorUnits())
                .with("amount_total", total.minorUnits())
                .with("billing_address_collection", params.text("billing_address_collection"))
                .with("cancel_url", params.text("cancel_url"))
                .with("client_reference_id", params.text("client_reference_id"))
                .with("created", now)
                .with("currency", total.currency())
                .with("customer", params.text("customer"))
                .with("customer_creation", creation(params, subscription))
                .with("customer_email", params.text("customer_email"))
                .with("expires_at", expiresAt)
                .with("invoice_creation", subscription ? null : invoiceCreation())
                .with("locale", params.text("locale"))
                .with("metadata", Customers.metadata(params))
                .with("mode", params.text("mode"))
                .with("payment_method_collection", subscription ? "always" : "if_required")
                .with("payment_method_types", types)
                .with("submit_type", params.text("submit_type"))
                .with("success_url", params.text("success_url"))
                .json();
    }

    private static @Nullable String creation(Params params, boolean subscription) {
        if (params.has("customer")) {
            return null;
        }
        var asked = params.text("customer_creation");
        return asked != null ? asked : subscription ? "always" : "if_required";
    }

    private static ObjectNode invoiceCreation() {
        var data = Json.body("""
                        {"account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
                         "issuer": null, "metadata": {}, "rendering_options": null}
                        """).json();
        return Json.object("enabled", false, "invoice_data", data);
    }

    static ObjectNode details(String email, @Nullable String name) {
        var address = name == null ? null : Json.body("""
                        {"city": null, "country": "DE", "line1": null, "line2": null, "postal_code": null,
                         "state": null}
                        """).json();
        return Json.body("""
                        {"business_name": null, "individual_name": null, "phone": null, "tax_exempt": "none"}
                        """)
                .with("address", address)
                .with("email", email)
                .with("name", name)
                .with("tax_ids", name == null ? null : Json.array())
                .json();
    }
}
