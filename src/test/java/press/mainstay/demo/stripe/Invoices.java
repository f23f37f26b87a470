package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// What a subscription asks for, period by period, and the tries to collect it.
final class Invoices {

    /// Days between one try and the next; after the last the subscription ends.
    static final List<Duration> RETRIES = List.of(Duration.ofDays(3), Duration.ofDays(5), Duration.ofDays(7));

    enum Outcome {
        PAID,
        PENDING,
        DECLINED
    }

    private final World world;
    private final Payments payments;
    private final Cards cards;
    private final Catalog catalog;

    Invoices(World world, Payments payments, Cards cards, Catalog catalog) {
        this.world = world;
        this.payments = payments;
        this.cards = cards;
        this.catalog = catalog;
    }

    /// A draft, not yet told of: the subscription comes first.
    Stored draft(Stored subscription, String reason, long start, long end) {
        var item = (ObjectNode) subscription.body().path("items").path("data").path(0);
        var price = (ObjectNode) item.path("price");
        var money = Catalog.money(price);
        var customer = world.store.get("customer", Json.need(subscription.body(), "customer"));
        var id = world.id("in_1");
        var amount = money.minorUnits() * Json.number(item, "quantity");
        long sequence = Json.number(customer.body(), "next_invoice_sequence");
        world.alter(customer, body -> body.put("next_invoice_sequence", sequence + 1));
        var details = Json.object(
                "metadata", subscription.body().path("metadata").deepCopy(),
                "subscription", subscription.id(),
                "subscription_proration_date", null);
        return world.add(Json.object(
                "id",
                id,
                "object",
                "invoice",
                "account_country",
                "US",
                "account_name",
                "Newsroom",
                "account_tax_ids",
                null,
                "amount_due",
                amount,
                "amount_overpaid",
                0,
                "amount_paid",
                0,
                "amount_remaining",
                amount,
                "amount_shipping",
                0,
                "application",
                null,
                "attempt_count",
                0,
                "attempted",
                false,
                "auto_advance",
                true,
                "automatic_tax",
                Json.object(
                        "disabled_reason", null, "enabled", false, "liability", null, "provider", null, "status", null),
                "automatically_finalizes_at",
                null,
                "billing_reason",
                reason,
                "collection_method",
                "charge_automatically",
                "created",
                world.now(),
                "currency",
                money.currency(),
                "custom_fields",
                null,
                "customer",
                customer.id(),
                "customer_address",
                null,
                "customer_email",
                customer.body().path("email"),
                "customer_name",
                customer.body().path("name"),
                "customer_phone",
                null,
                "customer_shipping",
                null,
                "customer_tax_exempt",
                "none",
                "customer_tax_ids",
                Json.array(),
                "default_payment_method",
                null,
                "default_source",
                null,
                "default_tax_rates",
                Json.array(),
                "description",
                null,
                "discounts",
                Json.array(),
                "due_date",
                null,
                "effective_at",
                null,
                "ending_balance",
                null,
                "footer",
                null,
                "from_invoice",
                null,
                "hosted_invoice_url",
                null,
                "invoice_pdf",
                null,
                "issuer",
                Json.object("type", "self"),
                "last_finalization_error",
                null,
                "latest_revision",
                null,
                "lines",
                lines(id, subscription.id(), item, amount, start, end),
                "livemode",
                false,
                "metadata",
                Json.object(),
                "next_payment_attempt",
                null,
                "number",
                Json.need(customer.body(), "invoice_prefix") + "-" + String.format("%04d", sequence),
                "on_behalf_of",
                null,
                "parent",
                Json.object("quote_details", null, "subscription_details", details, "type", "subscription_details"),
                "payment_settings",
                Json.object("default_mandate", null, "payment_method_options", null, "payment_method_types", null),
                "period_end",
                end,
                "period_start",
                start,
                "post_payment_credit_notes_amount",
                0,
                "pre_payment_credit_notes_amount",
                0,
                "receipt_number",
                null,
                "rendering",
                null,
                "shipping_cost",
                null,
                "shipping_details",
                null,
                "starting_balance",
                0,
                "statement_descriptor",
                null,
                "status",
                "draft",
                "status_transitions",
                Json.object("finalized_at", null, "marked_uncollectible_at", null, "paid_at", null, "voided_at", null),
                "subtotal",
                amount,
                "subtotal_excluding_tax",
                amount,
                "test_clock",
                null,
                "total",
                amount,
                "total_discount_amounts",
                Json.array(),
                "total_excluding_tax",
                amount,
                "total_pretax_credit_amounts",
                Json.array(),
                "total_taxes",
                Json.array(),
                "webhooks_delivered_at",
                null));
    }

    private ObjectNode lines(String invoice, String subscription, ObjectNode item, long amount, long start, long end) {
        var price = (ObjectNode) item.path("price");
        var itemDetails = Json.object(
                "invoice_item",
                null,
                "proration",
                false,
                "proration_details",
                null,
                "subscription",
                subscription,
                "subscription_item",
                Json.need(item, "id"));
        var line = Json.object(
                "id", world.id("il_1"),
                "object", "line_item",
                "amount", amount,
                "currency", Json.need(price, "currency"),
                "description", "1 × " + catalog.productName(price),
                "discount_amounts", Json.array(),
                "discountable", true,
                "discounts", Json.array(),
                "invoice", invoice,
                "livemode", false,
                "metadata", Json.object(),
                "parent",
                        Json.object(
                                "invoice_item_details",
                                null,
                                "subscription_item_details",
                                itemDetails,
                                "type",
                                "subscription_item_details"),
                "period", Json.object("end", end, "start", start),
                "pretax_credit_amounts", Json.array(),
                "pricing",
                        Json.object(
                                "price_details",
                                        Json.object(
                                                "price",
                                                Json.need(price, "id"),
                                                "product",
                                                Json.need(price, "product")),
                                "type", "price_details",
                                "unit_amount_decimal", Json.need(price, "unit_amount_decimal")),
                "quantity", Json.number(item, "quantity"),
                "subtotal", amount,
                "taxes", Json.array());
        return Json.object(
                "object",
                "list",
                "data",
                Json.array(line),
                "has_more",
                false,
                "total_count",
                1,
                "url",
                "/v1/invoices/" + invoice + "/lines");
    }

    void finalise(Stored invoice) {
        world.alter(invoice, "invoice.finalized", body -> {
            body.put("status", "open");
            body.put("effective_at", world.now());
            body.putNull("automatically_finalizes_at");
            body.put("hosted_invoice_url", "https://invoice.stripe.com/i/" + world.id("", 40));
            body.put("invoice_pdf", "https://pay.stripe.com/invoice/" + world.id("", 40) + "/pdf");
            ((ObjectNode) body.path("status_transitions")).put("finalized_at", world.now());
        });
    }

    /// One try to collect, with the card or account that the subscription has.
    Outcome collect(Stored invoice, Stored subscription) {
        var customer = Json.need(invoice.body(), "customer");
        var method = world.store.get("payment_method", Json.need(subscription.body(), "default_payment_method"));
        var declined = cards.declines(customer);
        var intent = intent(invoice, "Subscription update");
        if (Customers.SEPA.equals(Json.text(method.body(), "type"))) {
            payments.pend(intent, method, declined == null);
            world.alter(invoice, body -> body.put("attempted", true));
            return Outcome.PENDING;
        }
        if (declined != null) {
            payments.decline(intent, method, declined);
            return Outcome.DECLINED;
        }
        payments.succeed(intent, method);
        paid(invoice);
        return Outcome.PAID;
    }

    private Stored intent(Stored invoice, String description) {
        var known = world.store.find("payment_intent", Json.text(invoice.hidden(), "payment_intent"));
        if (known != null) {
            return known;
        }
        var money = new Money(Json.number(invoice.body(), "amount_due"), Json.need(invoice.body(), "currency"));
        var customer = Json.need(invoice.body(), "customer");
        var intent = payments.intent(money, customer, Json.object(), description, null, Json.object());
        pays(intent, invoice);
        return intent;
    }

    /// Ties a PaymentIntent to the invoice that it pays.
    void pays(Stored intent, Stored invoice) {
        intent.hidden().put("invoice", invoice.id());
        invoice.hidden().put("payment_intent", intent.id());
        world.store.save(intent);
        world.store.save(invoice);
        var payment = world.add(Json.object(
                "id", world.id("inpay_1"),
                "object", "invoice_payment",
                "amount_paid", null,
                "amount_requested", Json.number(invoice.body(), "amount_due"),
                "created", world.now(),
                "currency", Json.need(invoice.body(), "currency"),
                "invoice", invoice.id(),
                "is_default", true,
                "livemode", false,
                "payment", Json.object("payment_intent", intent.id(), "type", "payment_intent"),
                "status", "open",
                "status_transitions", Json.object("canceled_at", null, "paid_at", null)));
        invoice.hidden().put("payment", payment.id());
    }

    void paid(Stored invoice) {
        attempted(invoice, null);
        var payment = world.store.get("invoice_payment", Json.need(invoice.hidden(), "payment"));
        world.alter(payment, "invoice_payment.paid", body -> {
            body.put("status", "paid");
            body.put("amount_paid", Json.number(body, "amount_requested"));
            ((ObjectNode) body.path("status_transitions")).put("paid_at", world.now());
        });
        world.alter(invoice, "invoice.paid", body -> {
            body.put("status", "paid");
            body.put("amount_paid", Json.number(body, "amount_due"));
            body.put("amount_remaining", 0);
            body.put("auto_advance", false);
            ((ObjectNode) body.path("status_transitions")).put("paid_at", world.now());
        });
        world.tell("invoice.payment_succeeded", invoice);
    }

    /// @return when Stripe tries again; null: it gives up
    @Nullable
    Long failed(Stored invoice) {
        int failures = (int) Json.number(invoice.body(), "attempt_count");
        var again = failures < RETRIES.size()
                ? Long.valueOf(world.instant().plus(RETRIES.get(failures)).getEpochSecond())
                : null;
        attempted(invoice, again);
        world.tell("invoice.payment_failed", invoice);
        world.store.due(invoice, again);
        return again;
    }

    private void attempted(Stored invoice, @Nullable Long again) {
        world.alter(invoice, body -> {
            if (!"paid".equals(Json.text(body, "status"))) {
                body.put("attempt_count", Json.number(body, "attempt_count") + 1);
            }
            body.put("attempted", true);
            Json.put(body, "next_payment_attempt", again);
        });
    }

    void close(Stored invoice, String status, String event, String transition) {
        world.store.due(invoice, null);
        world.alter(invoice, event, body -> {
            body.put("status", status);
            body.put("auto_advance", false);
            body.putNull("next_payment_attempt");
            ((ObjectNode) body.path("status_transitions")).put(transition, world.now());
        });
    }
}
