package press.mainstay.demo.stripe;

import press.mainstay.shared.Money;

/// Money going back: refunds that staff ask for, and those that fail at the reader's bank.
final class Refunds {

    private final World world;
    private final Payments payments;

    Refunds(World world, Payments payments) {
        this.world = world;
        this.payments = payments;
    }

    Stored create(Params params) {
        var charge = charge(params);
        var body = charge.body();
        long left = Json.number(body, "amount") - Json.number(body, "amount_refunded");
        if (Json.flag(body, "refunded") || left <= 0) {
            throw Refusal.invalid(
                    "charge_already_refunded", "Charge " + charge.id() + " has already been refunded.", null);
        }
        if (!"succeeded".equals(Json.text(body, "status"))) {
            throw Refusal.invalid(null, "This charge has not succeeded and cannot be refunded.", "charge");
        }
        var asked = params.number("amount");
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
        return refund(charge, amount, params);
    }

    private Stored refund(Stored charge, long amount, Params params) {
        var sepa = Customers.SEPA.equals(Json.text(charge.body(), "payment_method_details", "type"));
        var currency = Json.need(charge.body(), "currency");
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
        var refund = world.add(Json.object(
                "id",
                world.id(sepa ? "pyr_1" : "re_3"),
                "object",
                "refund",
                "amount",
                amount,
                "balance_transaction",
                null,
                "charge",
                charge.id(),
                "created",
                world.now(),
                "currency",
                currency,
                "destination_details",
                destination,
                "metadata",
                Customers.metadata(params),
                "payment_intent",
                charge.body().path("payment_intent"),
                "reason",
                params.text("reason"),
                "receipt_number",
                null,
                "source_transfer_reversal",
                null,
                "status",
                "succeeded",
                "transfer_reversal",
                null));
        world.tell("refund.created", refund);
        var type = sepa ? "payment_refund" : "refund";
        var transaction = payments.transaction(refund, type, "refund", new Money(-amount, currency), 0);
        world.alter(refund, "refund.updated", body -> body.put("balance_transaction", transaction.id()));
        world.alter(charge, "charge.refunded", body -> {
            long refunded = Json.number(body, "amount_refunded") + amount;
            body.put("amount_refunded", refunded);
            body.put("refunded", refunded == Json.number(body, "amount"));
        });
        return refund;
    }

    /// The reader's bank sends the refund back: the money is the newsroom's again.
    void fail(Stored refund) {
        long amount = Json.number(refund.body(), "amount");
        var currency = Json.need(refund.body(), "currency");
        var back = payments.transaction(refund, "refund_failure", "refund_failure", new Money(amount, currency), 0);
        var charge = world.store.get("charge", Json.need(refund.body(), "charge"));
        world.alter(charge, "charge.updated", body -> {
            body.put("amount_refunded", Json.number(body, "amount_refunded") - amount);
            body.put("refunded", false);
        });
        world.alter(refund, "refund.failed", body -> {
            body.put("status", "failed");
            body.put("failure_reason", "lost_or_stolen_card");
            body.put("failure_balance_transaction", back.id());
        });
        world.tell("refund.updated", refund);
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
