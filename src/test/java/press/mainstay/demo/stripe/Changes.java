package press.mainstay.demo.stripe;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.InvoiceBody.Line;
import tools.jackson.databind.node.ObjectNode;

/// What readers, staff and the newsroom's code change about a running subscription.
final class Changes {

    private final World world;
    private final Subscriptions subscriptions;
    private final Invoices invoices;
    private final Catalog catalog;

    Changes(World world, Subscriptions subscriptions, Invoices invoices, Catalog catalog) {
        this.world = world;
        this.subscriptions = subscriptions;
        this.invoices = invoices;
        this.catalog = catalog;
    }

    /// In the portal, at the end of the period: in flexible billing `cancel_at` is set and the flag is not.
    void cancelFromPortal(Stored subscription) {
        planEnd(
                subscription,
                body -> body.put("cancel_at", Json.number(Subscriptions.item(subscription), "current_period_end")));
    }

    /// In classic billing, or by the API's flag.
    void cancelByFlag(Stored subscription) {
        planEnd(subscription, body -> {
            body.put("cancel_at_period_end", true);
            body.put("cancel_at", Json.number(Subscriptions.item(subscription), "current_period_end"));
        });
    }

    void resumeFromPortal(Stored subscription) {
        keep(subscription);
    }

    private void planEnd(Stored subscription, Consumer<ObjectNode> change) {
        world.alter(subscription, Subscriptions.UPDATED, body -> {
            change.accept(body);
            body.put("canceled_at", world.now());
            ((ObjectNode) body.path("cancellation_details")).put("reason", "cancellation_requested");
        });
        subscriptions.schedule(subscription);
    }

    private void keep(Stored subscription) {
        world.alter(subscription, Subscriptions.UPDATED, body -> {
            body.putNull("cancel_at");
            body.put("cancel_at_period_end", false);
            body.putNull("canceled_at");
            ((ObjectNode) body.path("cancellation_details")).putNull("reason");
        });
        subscriptions.schedule(subscription);
    }

    /// @param behavior `void`, `keep_as_draft` or `mark_uncollectible`: what becomes of the invoices
    void pauseCollection(Stored subscription, String behavior) {
        if (!Set.of("void", "keep_as_draft", "mark_uncollectible").contains(behavior)) {
            throw new IllegalArgumentException("No such behavior: " + behavior);
        }
        var pause = Json.object("behavior", behavior, "resumes_at", null);
        world.alter(subscription, Subscriptions.UPDATED, body -> body.set("pause_collection", pause));
    }

    void resumeCollection(Stored subscription) {
        world.alter(subscription, Subscriptions.UPDATED, body -> body.putNull("pause_collection"));
        subscriptions.schedule(subscription);
    }

    /// All stands still: no periods, no invoices.
    void pause(Stored subscription) {
        world.alter(subscription, "customer.subscription.paused", body -> body.put("status", "paused"));
        subscriptions.schedule(subscription);
    }

    /// It goes on. Where the paid period is over by now, a new one begins and is asked for at once.
    void unpause(Stored subscription) {
        if (!Subscriptions.status(subscription).equals("paused")) {
            throw Refusal.invalid(null, "Only a paused subscription can be resumed.", null);
        }
        if (Json.number(Subscriptions.item(subscription), "current_period_end") > world.now()) {
            subscriptions.resumed(subscription);
        } else {
            subscriptions.beginAnew(subscription);
        }
    }

    /// From the next period on.
    void changeAmount(Stored subscription, long minorUnits) {
        var price = catalog.like(oldPrice(subscription), minorUnits);
        world.alter(subscription, Subscriptions.UPDATED, _ -> takes(subscription, price));
    }

    void changeAmountNow(Stored subscription, long minorUnits) {
        changeNow(subscription, catalog.like(oldPrice(subscription), minorUnits));
    }

    /// At once: what is unused of the old amount is given back, what is left of the period costs the new one.
    private void changeNow(Stored subscription, Stored price) {
        var item = Subscriptions.item(subscription);
        var old = oldPrice(subscription).deepCopy();
        long quantity = Json.number(item, "quantity");
        long now = world.now();
        long end = Json.number(item, "current_period_end");
        long whole = end - Json.number(item, "current_period_start");
        long unused = part(Json.number(old, "unit_amount") * quantity, end - now, whole);
        long rest = part(Json.number(price.body(), "unit_amount") * quantity, end - now, whole);
        var credited = world.store.find("invoice", Json.text(subscription.body(), "latest_invoice"));
        var after = catalog.productName(old) + " after " + Html.day(now);
        var invoice = invoices.draft(
                subscription,
                "subscription_update",
                List.of(
                        new Line("Unused time on " + after, -unused, quantity, now, end, old, true, credited),
                        new Line("Remaining time on " + after, rest, quantity, now, end, price.body(), true, null)));
        world.alter(subscription, Subscriptions.UPDATED, body -> {
            takes(subscription, price);
            body.put("latest_invoice", invoice.id());
        });
        subscriptions.invoiceNow(subscription, invoice);
    }

    private static long part(long amount, long seconds, long whole) {
        return BigDecimal.valueOf(amount)
                .multiply(BigDecimal.valueOf(seconds))
                .divide(BigDecimal.valueOf(whole), 0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    private static ObjectNode oldPrice(Stored subscription) {
        return (ObjectNode) Subscriptions.item(subscription).path("price");
    }

    private static void takes(Stored subscription, Stored price) {
        var item = Subscriptions.item(subscription);
        var interval = Json.at(price.body(), "recurring", "interval");
        if (!interval.equals(Json.at(item, "price", "recurring", "interval"))) {
            subscription.hidden().put("anchor", Json.number(item, "current_period_end"));
            subscription.hidden().put("period", 0);
        }
        item.set("price", price.body().deepCopy());
        item.set("plan", Catalog.plan(price.body()));
    }

    Stored update(Stored subscription, Params params) {
        var canceled = !Subscriptions.runs(subscription);
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
        var asked = newPrice(params);
        var now = asked != null && "always_invoice".equals(params.text("proration_behavior"));
        if (now) {
            changeNow(subscription, asked);
        }
        var price = now ? null : asked;
        if ("true".equals(atPeriodEnd)) {
            cancelByFlag(subscription);
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
            world.alter(subscription, Subscriptions.UPDATED, body -> change(subscription, body, params, price));
            subscriptions.schedule(subscription);
        }
        return subscription;
    }

    /// A new amount holds from the next period on, or at once with `always_invoice`; other proration is not played.
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
            takes(subscription, price);
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
