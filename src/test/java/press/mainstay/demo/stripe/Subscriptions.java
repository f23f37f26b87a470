package press.mainstay.demo.stripe;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Recurring payments: how they begin, renew, fail, are cancelled and end.
final class Subscriptions {

    private static final String UPDATED = "customer.subscription.updated";

    private final World world;
    private final Invoices invoices;
    private final Catalog catalog;
    private volatile Duration finalisesAfter = Duration.ofHours(1);

    Subscriptions(World world, Invoices invoices, Catalog catalog) {
        this.world = world;
        this.invoices = invoices;
        this.catalog = catalog;
    }

    void finalisesAfter(Duration wait) {
        finalisesAfter = wait;
    }

    /// Not yet told of: the first invoice's id is still to come.
    Stored create(
            Stored customer, Stored price, long quantity, Stored method, ObjectNode metadata, Object description) {
        var now = world.now();
        var id = world.id("sub_1");
        var end = periodEnd(price.body(), now, 1);
        var item = Json.object(
                "id",
                world.id("si_", 14),
                "object",
                "subscription_item",
                "billing_thresholds",
                null,
                "created",
                now,
                "current_period_end",
                end,
                "current_period_start",
                now,
                "discounts",
                Json.array(),
                "metadata",
                Json.object(),
                "plan",
                Catalog.plan(price.body()),
                "price",
                price.body().deepCopy(),
                "quantity",
                quantity,
                "subscription",
                id,
                "tax_rates",
                Json.array());
        var items = Json.object(
                "object",
                "list",
                "data",
                Json.array(item),
                "has_more",
                false,
                "total_count",
                1,
                "url",
                "/v1/subscription_items?subscription=" + id);
        var subscription = world.add(Json.object(
                "id",
                id,
                "object",
                "subscription",
                "application",
                null,
                "application_fee_percent",
                null,
                "automatic_tax",
                Json.object("disabled_reason", null, "enabled", false, "liability", null),
                "billing_cycle_anchor",
                now,
                "billing_cycle_anchor_config",
                null,
                "billing_mode",
                Json.object("flexible", Json.object("proration_discounts", "included"), "type", "flexible"),
                "billing_thresholds",
                null,
                "cancel_at",
                null,
                "cancel_at_period_end",
                false,
                "canceled_at",
                null,
                "cancellation_details",
                Json.object("comment", null, "feedback", null, "reason", null),
                "collection_method",
                "charge_automatically",
                "created",
                now,
                "currency",
                Json.need(price.body(), "currency"),
                "customer",
                customer.id(),
                "days_until_due",
                null,
                "default_payment_method",
                method.id(),
                "default_source",
                null,
                "default_tax_rates",
                Json.array(),
                "description",
                description,
                "discounts",
                Json.array(),
                "ended_at",
                null,
                "invoice_settings",
                Json.object("account_tax_ids", null, "issuer", Json.object("type", "self")),
                "items",
                items,
                "latest_invoice",
                null,
                "livemode",
                false,
                "metadata",
                metadata,
                "next_pending_invoice_item_invoice",
                null,
                "on_behalf_of",
                null,
                "pause_collection",
                null,
                "payment_settings",
                Json.object(
                        "payment_method_options",
                        null,
                        "payment_method_types",
                        null,
                        "save_default_payment_method",
                        "off"),
                "pending_invoice_item_interval",
                null,
                "pending_setup_intent",
                null,
                "pending_update",
                null,
                "schedule",
                null,
                "start_date",
                now,
                "status",
                "active",
                "test_clock",
                null,
                "transfer_data",
                null,
                "trial_end",
                null,
                "trial_settings",
                Json.object("end_behavior", Json.object("missing_payment_method", "create_invoice")),
                "trial_start",
                null));
        subscription.hidden().put("anchor", now);
        subscription.hidden().put("period", 1);
        world.store.due(subscription, end);
        return subscription;
    }

    static ObjectNode item(Stored subscription) {
        return (ObjectNode) subscription.body().path("items").path("data").path(0);
    }

    private static long periodEnd(ObjectNode price, long anchor, long periods) {
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

    /// The period is over, or the day of a planned end has come.
    void due(Stored subscription) {
        if (Json.text(subscription.body(), "status").equals("canceled")) {
            return;
        }
        long cancelAt = Json.number(subscription.body(), "cancel_at");
        if (cancelAt > 0 && cancelAt <= world.now()) {
            end(subscription, "cancellation_requested");
            return;
        }
        renew(subscription);
    }

    private void renew(Stored subscription) {
        long period = Json.number(subscription.hidden(), "period") + 1;
        var price = (ObjectNode) item(subscription).path("price");
        long start = Json.number(item(subscription), "current_period_end");
        long end = periodEnd(price, Json.number(subscription.hidden(), "anchor"), period);
        subscription.hidden().put("period", period);
        var invoice = invoices.draft(subscription, "subscription_cycle", start, end);
        world.alter(subscription, UPDATED, body -> {
            item(subscription).put("current_period_start", start);
            item(subscription).put("current_period_end", end);
            body.put("latest_invoice", invoice.id());
        });
        schedule(subscription);
        long finalises = world.instant().plus(finalisesAfter).getEpochSecond();
        world.alter(invoice, "invoice.created", body -> body.put("automatically_finalizes_at", finalises));
        world.store.due(invoice, finalises);
    }

    /// A draft is finalised and collected; an open invoice is tried again.
    void invoiceDue(Stored invoice) {
        var subscription = of(invoice);
        if (Json.need(invoice.body(), "status").equals("draft")) {
            invoices.finalise(invoice);
        }
        switch (Json.text(subscription.body(), "pause_collection", "behavior")) {
            case "void" -> invoices.close(invoice, "void", "invoice.voided", "voided_at");
            case "mark_uncollectible" ->
                invoices.close(invoice, "uncollectible", "invoice.marked_uncollectible", "marked_uncollectible_at");
            case null, default -> collect(invoice, subscription);
        }
    }

    private void collect(Stored invoice, Stored subscription) {
        switch (invoices.collect(invoice, subscription)) {
            case PAID -> recovered(subscription);
            case PENDING -> {}
            case DECLINED -> failed(invoice);
        }
    }

    private Stored of(Stored invoice) {
        return world.store.get(
                "subscription", Json.text(invoice.body(), "parent", "subscription_details", "subscription"));
    }

    void paid(Stored invoice) {
        invoices.paid(invoice);
        recovered(of(invoice));
    }

    void failed(Stored invoice) {
        var subscription = of(invoice);
        if (Json.need(subscription.body(), "status").equals("canceled")) {
            world.tell("invoice.payment_failed", invoice);
        } else if (invoices.failed(invoice) == null) {
            end(subscription, "payment_failed");
        } else if (Json.need(subscription.body(), "status").equals("active")) {
            world.alter(subscription, UPDATED, body -> body.put("status", "past_due"));
        }
    }

    private void recovered(Stored subscription) {
        if (Json.need(subscription.body(), "status").equals("past_due")) {
            world.alter(subscription, UPDATED, body -> body.put("status", "active"));
        }
    }

    /// Ends it now.
    ///
    /// @param reason `cancellation_requested` or `payment_failed`
    void end(Stored subscription, String reason) {
        world.store.due(subscription, null);
        world.alter(subscription, "customer.subscription.deleted", body -> {
            body.put("status", "canceled");
            body.put("ended_at", world.now());
            if (body.path("canceled_at").isNull()) {
                body.put("canceled_at", world.now());
            }
            ((ObjectNode) body.path("cancellation_details")).put("reason", reason);
        });
        var invoice = world.store.find("invoice", Json.text(subscription.body(), "latest_invoice"));
        if (invoice != null) {
            world.store.due(invoice, null);
            world.alter(invoice, body -> body.putNull("next_payment_attempt"));
        }
    }

    /// In the portal, at the end of the period: in flexible billing `cancel_at` is set and the flag is not.
    void cancelFromPortal(Stored subscription) {
        planEnd(subscription, body -> body.put("cancel_at", Json.number(item(subscription), "current_period_end")));
    }

    void resumeFromPortal(Stored subscription) {
        keep(subscription);
    }

    private void planEnd(Stored subscription, Consumer<ObjectNode> change) {
        world.alter(subscription, UPDATED, body -> {
            change.accept(body);
            body.put("canceled_at", world.now());
            ((ObjectNode) body.path("cancellation_details")).put("reason", "cancellation_requested");
        });
        schedule(subscription);
    }

    private void keep(Stored subscription) {
        world.alter(subscription, UPDATED, body -> {
            body.putNull("cancel_at");
            body.put("cancel_at_period_end", false);
            body.putNull("canceled_at");
            ((ObjectNode) body.path("cancellation_details")).putNull("reason");
        });
        schedule(subscription);
    }

    private void schedule(Stored subscription) {
        long periodEnd = Json.number(item(subscription), "current_period_end");
        long cancelAt = Json.number(subscription.body(), "cancel_at");
        world.store.due(subscription, cancelAt > 0 ? Math.min(cancelAt, periodEnd) : periodEnd);
    }

    Stored update(Stored subscription, Params params) {
        var canceled = Json.need(subscription.body(), "status").equals("canceled");
        var onlyNotes = params.flat().keySet().stream()
                .allMatch(name -> name.startsWith("metadata")
                        || name.startsWith("cancellation_details")
                        || name.startsWith("expand"));
        if (canceled && !onlyNotes) {
            throw Refusal.invalid(
                    null, "A canceled subscription can only update its cancellation_details and metadata.", null);
        }
        var atPeriodEnd = params.text("cancel_at_period_end");
        var cancelAt = params.text("cancel_at");
        if (atPeriodEnd != null && cancelAt != null && !cancelAt.isEmpty()) {
            throw Refusal.invalid(
                    null, "You may only specify one of these parameters: cancel_at, cancel_at_period_end.", null);
        }
        var price = newPrice(params);
        if ("true".equals(atPeriodEnd)) {
            planEnd(subscription, body -> {
                body.put("cancel_at_period_end", true);
                body.put("cancel_at", Json.number(item(subscription), "current_period_end"));
            });
        } else if (cancelAt != null && !cancelAt.isEmpty()) {
            var at = params.number("cancel_at");
            planEnd(subscription, body -> body.put("cancel_at", at));
        } else if ("false".equals(atPeriodEnd) || "".equals(cancelAt)) {
            keep(subscription);
        }
        if (price != null
                || params.has("metadata")
                || params.has("pause_collection")
                || params.has("cancellation_details")) {
            world.alter(subscription, UPDATED, body -> change(subscription, body, params, price));
        }
        return subscription;
    }

    /// A new amount holds from the next period on; proration is not played.
    private @Nullable Stored newPrice(Params params) {
        for (var item : params.list("items")) {
            if (item.has("price_data")) {
                return catalog.price(item.in("price_data"), "items[0][price_data]", false);
            }
            if (item.has("price")) {
                var price = world.store.find("price", item.text("price"));
                if (price == null) {
                    throw Refusal.missing("price", item.text("price"), "items[0][price]");
                }
                return price;
            }
        }
        return null;
    }

    private static void change(Stored subscription, ObjectNode body, Params params, @Nullable Stored price) {
        if (price != null) {
            var interval = Json.at(price.body(), "recurring", "interval");
            if (!interval.equals(Json.at(item(subscription), "price", "recurring", "interval"))) {
                subscription.hidden().put("anchor", Json.number(item(subscription), "current_period_end"));
                subscription.hidden().put("period", 0);
            }
            item(subscription).set("price", price.body().deepCopy());
            item(subscription).set("plan", Catalog.plan(price.body()));
        }
        if (params.has("metadata")) {
            Customers.merge(body, params);
        }
        if (params.has("cancellation_details")) {
            var details = (ObjectNode) body.path("cancellation_details");
            params.map("cancellation_details").forEach(details::put);
        }
        if (params.has("pause_collection")) {
            var behavior = params.text("pause_collection", "behavior");
            Json.put(
                    body,
                    "pause_collection",
                    behavior == null
                            ? null
                            : Json.object(
                                    "behavior",
                                    behavior,
                                    "resumes_at",
                                    params.number("pause_collection", "resumes_at")));
        }
    }
}
