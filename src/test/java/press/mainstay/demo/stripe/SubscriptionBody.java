package press.mainstay.demo.stripe;

import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// How Stripe writes a subscription down, with its one item.
final class SubscriptionBody {

    private SubscriptionBody() {}

    static ObjectNode active(
            World world,
            String customer,
            ObjectNode price,
            long quantity,
            String method,
            ObjectNode metadata,
            @Nullable Object description) {
        var now = world.now();
        var id = world.id("sub_1");
        var end = periodEnd(price, now, 1);
        var item = Json.body("""
                        {"object": "subscription_item", "billing_thresholds": null, "discounts": [],
                         "metadata": {}, "tax_rates": []}
                        """)
                .with("id", world.id("si_", 14))
                .with("created", now)
                .with("current_period_end", end)
                .with("current_period_start", now)
                .with("plan", Catalog.plan(price))
                .with("price", price.deepCopy())
                .with("quantity", quantity)
                .with("subscription", id)
                .json();
        var items = Json.body("""
                        {"object": "list", "has_more": false, "total_count": 1}
                        """)
                .with("data", Json.array(item))
                .with("url", "/v1/subscription_items?subscription=" + id)
                .json();
        return Json.body("""
                        {"object": "subscription", "application": null, "application_fee_percent": null,
                         "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
                         "billing_cycle_anchor_config": null,
                         "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
                         "billing_thresholds": null, "cancel_at": null, "cancel_at_period_end": false,
                         "canceled_at": null,
                         "cancellation_details": {"comment": null, "feedback": null, "reason": null},
                         "collection_method": "charge_automatically", "days_until_due": null,
                         "default_source": null, "default_tax_rates": [], "discounts": [], "ended_at": null,
                         "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
                         "latest_invoice": null, "livemode": false, "next_pending_invoice_item_invoice": null,
                         "on_behalf_of": null, "pause_collection": null,
                         "payment_settings": {"payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off"},
                         "pending_invoice_item_interval": null, "pending_setup_intent": null,
                         "pending_update": null, "schedule": null, "status": "active", "test_clock": null,
                         "transfer_data": null, "trial_end": null,
                         "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
                         "trial_start": null}
                        """)
                .with("id", id)
                .with("billing_cycle_anchor", now)
                .with("created", now)
                .with("currency", Json.need(price, "currency"))
                .with("customer", customer)
                .with("default_payment_method", method)
                .with("description", description)
                .with("items", items)
                .with("metadata", metadata)
                .with("start_date", now)
                .json();
    }

    /// @param anchor seconds, where the first period began
    /// @param periods how many of them
    static long periodEnd(ObjectNode price, long anchor, long periods) {
        var start = Instant.ofEpochSecond(anchor).atZone(ZoneOffset.UTC);
        long count = periods * Json.number(price, "recurring", "interval_count");
        var end = switch (Json.need(price, "recurring", "interval")) {
            case "day" -> start.plusDays(count);
            case "week" -> start.plusWeeks(count);
            case "month" -> start.plusMonths(count); // from the anchor, so that 31 January comes back to 31 March
            case "year" -> start.plusYears(count);
            case String other -> throw new IllegalStateException("No such interval: " + other);
        };
        return end.toEpochSecond();
    }
}
