package press.mainstay.demo.stripe;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// Money going back: refunds that staff ask for, and those that fail at the reader's bank.
final class Refunds {

    private final World world;
    private final Payments payments;

    Refunds(World world, Payments payments) {
        this.world = world;
        this.payments = payments;
    }

    Stored create(Params params) {
        return create(charge(params), params.number("amount"), params.text("reason"), Customers.metadata(params));
    }

    /// @param asked null: all that is left
    Stored create(Stored charge, @Nullable Long asked, @Nullable String reason, Map<String, String> metadata) {
        var refund = made(charge, amount(charge, asked), reason, metadata);
        leaves(refund, charge);
        return refund;
    }

    /// Staff refund at the Dashboard what the bank takes its time with: the money leaves, the reader does not have it.
    Stored pend(Stored charge, @Nullable Long asked) {
        var refund = made(charge, amount(charge, asked), "requested_by_customer", Map.of());
        refund.body().put("status", "pending").put("pending_reason", "processing");
        leaves(refund, charge);
        return refund;
    }

    private static long amount(Stored charge, @Nullable Long asked) {
        var body = charge.body();
        long left = Json.number(body, "amount") - Json.number(body, "amount_refunded");
        if (Json.flag(body, "refunded") || left <= 0) {
            throw Refusal.invalid(
                    "charge_already_refunded", "Charge " + charge.id() + " has already been refunded.", null);
        }
        if (!"succeeded".equals(Json.text(body, "status"))) {
            throw Refusal.invalid(null, "This charge has not succeeded and cannot be refunded.", "charge");
        }
        long amount = asked == null ? left : asked;
        if (amount <= 0) {
            throw Refusal.invalid(
                    "parameter_invalid_integer", "This value must be greater than or equal to 1.", "amount");
        }
        if (amount > left) {
            throw Refusal.invalid(
                    null,
                    "Refund amount (" + amount + ") is greater than unrefunded amount on charge (" + left + ")",
                    "amount");
        }
        return amount;
    }

    private Stored made(Stored charge, long amount, @Nullable String reason, Map<String, String> metadata) {
        var sepa = Customers.SEPA.equals(Json.text(charge.body(), "payment_method_details", "type"));
        var destination = sepa
                ? Json.object("type", Customers.SEPA)
                : Json.object(
                        "card",
                        Json.object(
                                "reference_status",
                                "pending",
                                "reference_type",
                                "acquirer_reference_number",
                                "type",
                                "refund"),
                        "type",
                        "card");
        return world.add(Json.body("""
                        {"object": "refund", "balance_transaction": null, "pending_reason": null, "receipt_number": null,
                         "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null}
                        """)
                .with("id", world.id(sepa ? "pyr_1" : "re_3"))
                .with("amount", amount)
                .with("charge", charge.id())
                .with("created", world.now())
                .with("currency", Json.need(charge.body(), "currency"))
                .with("destination_details", destination)
                .with("metadata", metadata)
                .with("payment_intent", charge.body().path("payment_intent"))
                .with("reason", reason)
                .json());
    }

    private void leaves(Stored refund, Stored charge) {
        world.tell("refund.created", refund);
        var type = refund.id().startsWith("pyr_") ? "payment_refund" : "refund";
        long amount = Json.number(refund.body(), "amount");
        var currency = Json.need(refund.body(), "currency");
        var transaction = payments.transaction(refund, type, "refund", new Money(-amount, currency), 0);
        world.alter(refund, "refund.updated", body -> body.put("balance_transaction", transaction.id()));
        world.alter(charge, "charge.refunded", body -> {
            long refunded = Json.number(body, "amount_refunded") + amount;
            body.put("amount_refunded", refunded);
            body.put("refunded", refunded == Json.number(body, "amount"));
        });
    }

    void arrive(Stored refund) {
        needPending(refund);
        world.alter(refund, "refund.updated", body -> {
            body.put("status", "succeeded");
            body.putNull("pending_reason");
        });
    }

    /// The reader's bank sends the refund back: the money is the newsroom's again.
    void fail(Stored refund) {
        var back = comesBack(refund);
        world.alter(refund, "refund.failed", body -> ended(body, "failed", "lost_or_stolen_card", back));
        world.tell("refund.updated", refund);
    }

    /// Staff think better of it while it is on its way.
    Stored cancel(Stored refund) {
        needPending(refund);
        var back = comesBack(refund);
        world.alter(refund, "refund.updated", body -> ended(body, "canceled", "merchant_request", back));
        return refund;
    }

    private static void needPending(Stored refund) {
        if (!"pending".equals(Json.text(refund.body(), "status"))) {
            throw Refusal.invalid(null, "This refund is not pending.", null);
        }
    }

    private Stored comesBack(Stored refund) {
        if (refund.body().hasNonNull("failure_balance_transaction")) {
            throw new IllegalStateException(refund.id() + " has come back already");
        }
        long amount = Json.number(refund.body(), "amount");
        var currency = Json.need(refund.body(), "currency");
        var charge = world.store.get("charge", Json.need(refund.body(), "charge"));
        world.alter(charge, "charge.updated", body -> {
            body.put("amount_refunded", Json.number(body, "amount_refunded") - amount);
            body.put("refunded", false);
        });
        return payments.transaction(refund, "refund_failure", "refund_failure", new Money(amount, currency), 0);
    }

    private static void ended(ObjectNode body, String status, String reason, Stored back) {
        body.put("status", status);
        body.putNull("pending_reason");
        body.put("failure_reason", reason);
        body.put("failure_balance_transaction", back.id());
    }

    private Stored charge(Params params) {
        var id = params.text("charge");
        var intent = params.text("payment_intent");
        if (id == null && intent == null) {
            throw Refusal.invalid(
                    "parameter_missing",
                    "One of the following params should be provided for this request: payment_intent or charge.",
                    null);
        }
        if (id == null) {
            var found = world.store.find("payment_intent", intent);
            if (found == null) {
                throw Refusal.missing("payment_intent", intent, "payment_intent");
            }
            id = Json.text(found.body(), "latest_charge");
        }
        var charge = world.store.find("charge", id);
        if (charge == null) {
            throw Refusal.missing("charge", String.valueOf(id), "charge");
        }
        return charge;
    }
}
