package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Recurring payments: how they begin, renew, fail, recover and end.
final class Subscriptions {

    static final String UPDATED = "customer.subscription.updated";
    private static final String RESUMES_WITH = "resumes_with";
    private static final Duration INCOMPLETE_LIVES = Duration.ofHours(23);

    private final World world;
    private final Invoices invoices;
    private volatile Duration finalisesAfter = Duration.ofHours(1);
    private volatile String afterLastRetry = "canceled";

    Subscriptions(World world, Invoices invoices) {
        this.world = world;
        this.invoices = invoices;
    }

    void finalisesAfter(Duration wait) {
        finalisesAfter = wait;
    }

    void afterLastRetry(String status) {
        if (!Set.of("canceled", "unpaid", "past_due").contains(status)) {
            throw new IllegalArgumentException("After the last retry Stripe knows no " + status);
        }
        afterLastRetry = status;
    }

    /// Not yet told of: the first invoice's id is still to come.
    Stored create(
            Stored customer,
            Stored price,
            long quantity,
            Stored method,
            ObjectNode metadata,
            @Nullable Object description) {
        var subscription = world.add(SubscriptionBody.active(
                world, customer.id(), price.body(), quantity, method.id(), metadata, description));
        subscription.hidden().put("anchor", world.now());
        subscription.hidden().put("period", 1);
        schedule(subscription);
        return subscription;
    }

    /// Its first payment has failed: it waits for a better one, and not for long.
    void incomplete(Stored subscription) {
        world.alter(subscription, body -> body.put("status", "incomplete"));
        world.store.due(subscription, world.instant().plus(INCOMPLETE_LIVES).getEpochSecond());
    }

    /// A draft for the first period, not yet told of.
    Stored firstInvoice(Stored subscription) {
        long start = Json.number(item(subscription), "current_period_start");
        long end = Json.number(item(subscription), "current_period_end");
        var invoice = invoices.draft(subscription, "subscription_create", start, end);
        world.alter(subscription, body -> body.put("latest_invoice", invoice.id()));
        return invoice;
    }

    static ObjectNode item(Stored subscription) {
        return (ObjectNode) subscription.body().path("items").path("data").path(0);
    }

    static String status(Stored subscription) {
        return Json.need(subscription.body(), "status");
    }

    /// Whether it has not ended.
    static boolean runs(Stored subscription) {
        var status = status(subscription);
        return !status.equals("canceled") && !status.equals("incomplete_expired");
    }

    /// The period is over, or the day of a planned end has come, or that of another plan.
    void due(Stored subscription) {
        long cancelAt = Json.number(subscription.body(), "cancel_at");
        var status = status(subscription);
        if (!runs(subscription)) {
            return;
        }
        if (status.equals("incomplete")) {
            expire(subscription);
        } else if (cancelAt > 0 && cancelAt <= world.now()) {
            end(subscription, "cancellation_requested");
        } else if (resumesAt(subscription) > 0 && resumesAt(subscription) <= world.now()) {
            world.alter(subscription, UPDATED, body -> body.putNull("pause_collection"));
            schedule(subscription);
        } else if (!status.equals("paused") && Json.number(item(subscription), "current_period_end") <= world.now()) {
            renew(subscription);
        } else {
            schedule(subscription);
        }
    }

    private static long resumesAt(Stored subscription) {
        return Json.number(subscription.body(), "pause_collection", "resumes_at");
    }

    private void renew(Stored subscription) {
        if (world.store.find("customer", Json.need(subscription.body(), "customer")) == null) {
            return; // a test made Stripe forget the customer
        }
        long period = Json.number(subscription.hidden(), "period") + 1;
        var price = (ObjectNode) item(subscription).path("price");
        long start = Json.number(item(subscription), "current_period_end");
        long end = SubscriptionBody.periodEnd(price, Json.number(subscription.hidden(), "anchor"), period);
        subscription.hidden().put("period", period);
        var invoice = invoices.draft(subscription, "subscription_cycle", start, end);
        world.alter(subscription, UPDATED, body -> {
            item(subscription).put("current_period_start", start);
            item(subscription).put("current_period_end", end);
            body.put("latest_invoice", invoice.id());
        });
        schedule(subscription);
        if (status(subscription).equals("unpaid")
                || "keep_as_draft".equals(Json.text(subscription.body(), "pause_collection", "behavior"))) {
            invoices.rest(invoice);
            world.tell("invoice.created", invoice);
            return;
        }
        long finalises = world.instant().plus(finalisesAfter).getEpochSecond();
        world.alter(invoice, "invoice.created", body -> body.put("automatically_finalizes_at", finalises));
        world.store.due(invoice, finalises);
    }

    /// A new period begins now, whatever there was before, and is asked for at once.
    void beginAnew(Stored subscription) {
        long now = world.now();
        long end = SubscriptionBody.periodEnd((ObjectNode) item(subscription).path("price"), now, 1);
        subscription.hidden().put("anchor", now);
        subscription.hidden().put("period", 1);
        var invoice = invoices.draft(subscription, "subscription_update", now, end);
        subscription.hidden().put(RESUMES_WITH, invoice.id());
        world.alter(subscription, body -> {
            body.put("billing_cycle_anchor", now);
            body.put("latest_invoice", invoice.id());
            item(subscription).put("current_period_start", now).put("current_period_end", end);
        });
        invoiceNow(subscription, invoice);
    }

    /// Asks for the money without the hour of grace.
    void invoiceNow(Stored subscription, Stored invoice) {
        world.tell("invoice.created", invoice);
        invoices.finalise(invoice);
        collect(invoice, subscription);
    }

    /// A draft is finalised and collected; an open invoice is tried again.
    void invoiceDue(Stored invoice) {
        var subscription = find(invoice);
        if (subscription == null) {
            return;
        }
        if (Json.need(invoice.body(), "status").equals("draft")) {
            invoices.finalise(invoice);
        }
        switch (Json.text(subscription.body(), "pause_collection", "behavior")) {
            case "void" -> invoices.voids(invoice);
            case "mark_uncollectible" -> invoices.markUncollectible(invoice);
            case null, default -> collect(invoice, subscription);
        }
    }

    private void collect(Stored invoice, Stored subscription) {
        switch (invoices.collect(invoice, subscription, true)) {
            case PAID -> settled(invoice);
            case PENDING -> {}
            case DECLINED -> failed(invoice);
        }
    }

    /// One try more, because somebody asks for it.
    void retry(Stored invoice) {
        var subscription = world.store.get("subscription", subscriptionOf(invoice));
        switch (invoices.collect(invoice, subscription, false)) {
            case PAID -> settled(invoice);
            case PENDING -> {}
            case DECLINED -> invoices.failedAside(invoice);
        }
    }

    private static @Nullable String subscriptionOf(Stored invoice) {
        return Json.text(invoice.body(), "parent", "subscription_details", "subscription");
    }

    @Nullable
    Stored find(Stored invoice) {
        return world.store.find("subscription", subscriptionOf(invoice));
    }

    void paid(Stored invoice, boolean byItself) {
        invoices.paid(invoice, byItself);
        settled(invoice);
    }

    void failed(Stored invoice) {
        var subscription = find(invoice);
        if (subscription == null || !runs(subscription)) {
            world.tell("invoice.payment_failed", invoice);
            return;
        }
        switch (status(subscription)) {
            case "incomplete", "paused" -> invoices.failedAside(invoice);
            case String status -> {
                if (invoices.failed(invoice) == null) {
                    givesUp(subscription, status);
                } else if (status.equals("active") && isLatest(invoice, subscription)) {
                    world.alter(subscription, UPDATED, body -> body.put("status", "past_due"));
                }
            }
        }
    }

    private void givesUp(Stored subscription, String status) {
        if (afterLastRetry.equals("canceled")) {
            end(subscription, "payment_failed");
        } else if (!status.equals(afterLastRetry)) {
            world.alter(subscription, UPDATED, body -> body.put("status", afterLastRetry));
        }
    }

    private static boolean isLatest(Stored invoice, Stored subscription) {
        return invoice.id().equals(Json.text(subscription.body(), "latest_invoice"));
    }

    /// The invoice is paid, or nobody asks for it any more. Stripe looks at the latest one only.
    void settled(Stored invoice) {
        var subscription = find(invoice);
        if (subscription == null || !isLatest(invoice, subscription)) {
            return;
        }
        switch (status(subscription)) {
            case "past_due", "unpaid", "incomplete" -> {
                world.alter(subscription, UPDATED, body -> body.put("status", "active"));
                schedule(subscription);
            }
            case "paused" -> {
                if (invoice.id().equals(Json.text(subscription.hidden(), RESUMES_WITH))) {
                    resumed(subscription);
                }
            }
            default -> {}
        }
    }

    void resumed(Stored subscription) {
        world.alter(subscription, "customer.subscription.resumed", body -> body.put("status", "active"));
        schedule(subscription);
    }

    /// The first payment never came.
    void expire(Stored subscription) {
        world.store.due(subscription, null);
        world.alter(subscription, UPDATED, body -> {
            body.put("status", "incomplete_expired");
            body.put("ended_at", world.now());
        });
        var invoice = world.store.find("invoice", Json.text(subscription.body(), "latest_invoice"));
        if (invoice != null && "open".equals(Json.text(invoice.body(), "status"))) {
            invoices.voids(invoice);
        }
    }

    /// Ends it now.
    ///
    /// @param reason `cancellation_requested`, `payment_failed` or `payment_disputed`
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
        for (var invoice : world.store
                .naming("invoice", "parent.subscription_details.subscription", subscription.id())
                .values()) {
            if (Set.of("draft", "open").contains(Json.need(invoice.body(), "status"))) {
                invoices.rest(invoice);
            }
        }
    }

    void schedule(Stored subscription) {
        var adopted = !subscription.hidden().has("anchor");
        if (adopted || !runs(subscription) || status(subscription).equals("incomplete")) {
            return;
        }
        long at = status(subscription).equals("paused")
                ? Long.MAX_VALUE
                : Json.number(item(subscription), "current_period_end");
        long cancelAt = Json.number(subscription.body(), "cancel_at");
        if (cancelAt > 0) {
            at = Math.min(at, cancelAt);
        }
        if (resumesAt(subscription) > 0) {
            at = Math.min(at, resumesAt(subscription));
        }
        world.store.due(subscription, at == Long.MAX_VALUE ? null : at);
    }
}
