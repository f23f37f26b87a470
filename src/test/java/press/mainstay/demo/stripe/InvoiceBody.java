package press.mainstay.demo.stripe;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// How Stripe writes an invoice down: most of it is never anything else.
final class InvoiceBody {

    /// @param amount in minor units; negative: a credit
    /// @param proration whether this is part of a period that had begun
    /// @param credited the invoice that had asked for what this gives back; null: it gives nothing back
    record Line(
            String description,
            long amount,
            long quantity,
            long start,
            long end,
            ObjectNode price,
            boolean proration,
            @Nullable Stored credited) {}

    private InvoiceBody() {}

    static ObjectNode draft(World world, Stored subscription, Stored customer, String reason, List<Line> lines) {
        var id = world.id("in_1");
        var first = lines.getFirst();
        // an invoice looks back on the period that is over; its lines say what is paid for
        var cycle = reason.equals("subscription_cycle");
        var item = Subscriptions.item(subscription);
        long total = lines.stream().mapToLong(Line::amount).sum();
        long sequence = Json.number(customer.body(), "next_invoice_sequence");
        var details = Json.object(
                "metadata", subscription.body().path("metadata").deepCopy(),
                "subscription", subscription.id(),
                "subscription_proration_date", first.proration() ? world.now() : null);
        return Json.body("""
                        {"object": "invoice", "account_country": "US", "account_name": "Newsroom",
                         "account_tax_ids": null, "amount_overpaid": 0, "amount_paid": 0, "amount_paid_off_stripe": 0, "amount_shipping": 0,
                         "application": null, "attempt_count": 0, "attempted": false, "auto_advance": true,
                         "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null},
                         "automatically_finalizes_at": null, "collection_method": "charge_automatically",
                         "custom_fields": null, "customer_address": null, "customer_phone": null,
                         "customer_shipping": null, "customer_tax_exempt": "none", "customer_tax_ids": [],
                         "default_payment_method": null, "default_source": null, "default_tax_rates": [],
                         "description": null, "discounts": [], "due_date": null, "effective_at": null,
                         "ending_balance": null, "footer": null, "from_invoice": null,
                         "hosted_invoice_url": null, "invoice_pdf": null, "issuer": {"type": "self"},
                         "last_finalization_error": null, "latest_revision": null, "livemode": false,
                         "metadata": {}, "next_payment_attempt": null, "on_behalf_of": null,
                         "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
                         "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
                         "receipt_number": null, "rendering": null, "shipping_cost": null,
                         "shipping_details": null, "starting_balance": 0, "statement_descriptor": null,
                         "status": "draft",
                         "status_transitions": {"finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null},
                         "test_clock": null, "total_discount_amounts": [], "total_pretax_credit_amounts": [],
                         "total_taxes": [], "webhooks_delivered_at": null}
                        """)
                .with("id", id)
                .with("amount_due", total)
                .with("amount_remaining", total)
                .with("billing_reason", reason)
                .with("created", world.now())
                .with("currency", Json.need(first.price(), "currency"))
                .with("customer", customer.id())
                .with("customer_email", customer.body().path("email"))
                .with("customer_name", customer.body().path("name"))
                .with("lines", lines(world, id, subscription, lines))
                .with("number", Json.need(customer.body(), "invoice_prefix") + "-" + String.format("%04d", sequence))
                .with(
                        "parent",
                        Json.object(
                                "quote_details", null, "subscription_details", details, "type", "subscription_details"))
                .with("period_end", first.start())
                .with("period_start", cycle ? Json.number(item, "current_period_start") : first.start())
                .with("subtotal", total)
                .with("subtotal_excluding_tax", total)
                .with("total", total)
                .with("total_excluding_tax", total)
                .json();
    }

    private static ObjectNode lines(World world, String invoice, Stored subscription, List<Line> lines) {
        var data = Json.array();
        lines.forEach(line -> data.add(line(world, invoice, subscription, line)));
        return Json.body("""
                        {"object": "list", "has_more": false}
                        """)
                .with("data", data)
                .with("total_count", lines.size())
                .with("url", "/v1/invoices/" + invoice + "/lines")
                .json();
    }

    private static ObjectNode line(World world, String invoice, Stored subscription, Line line) {
        var price = line.price();
        var itemDetails = Json.object(
                "invoice_item", line.proration() ? world.id("ii_1") : null,
                "proration", line.proration(),
                "proration_details", line.proration() ? Json.object("credited_items", credited(line)) : null,
                "subscription", subscription.id(),
                "subscription_item", Json.need(Subscriptions.item(subscription), "id"));
        return Json.body("""
                        {"object": "line_item", "discount_amounts": [], "discountable": true, "discounts": [],
                         "livemode": false, "metadata": {}, "pretax_credit_amounts": [], "taxes": []}
                        """)
                .with("id", world.id("il_1"))
                .with("amount", line.amount())
                .with("currency", Json.need(price, "currency"))
                .with("description", line.description())
                .with("invoice", invoice)
                .with(
                        "parent",
                        Json.object(
                                "invoice_item_details",
                                null,
                                "subscription_item_details",
                                itemDetails,
                                "type",
                                "subscription_item_details"))
                .with("period", Json.object("end", line.end(), "start", line.start()))
                .with(
                        "pricing",
                        Json.object(
                                "price_details",
                                Json.object("price", Json.need(price, "id"), "product", Json.need(price, "product")),
                                "type",
                                "price_details",
                                "unit_amount_decimal",
                                Json.need(price, "unit_amount_decimal")))
                .with("quantity", line.quantity())
                .with("subtotal", line.amount())
                .json();
    }

    private static @Nullable ObjectNode credited(Line line) {
        var invoice = line.credited();
        if (invoice == null) {
            return null;
        }
        var first = Json.at(invoice.body(), "lines", "data").path(0);
        return Json.object("invoice", invoice.id(), "invoice_line_items", Json.array(Json.need(first, "id")));
    }
}
