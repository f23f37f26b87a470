package press.mainstay.demo.stripe;

import java.time.Duration;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ArrayNode;

/// Charges that a cardholder's bank takes back.
final class Disputes {

    private static final long FEE = 1500;

    private final World world;
    private final Payments payments;

    Disputes(World world, Payments payments) {
        this.world = world;
        this.payments = payments;
    }

    Stored open(Stored charge) {
        var money = Payments.money(charge);
        var card = Json.object("brand", "visa", "case_type", "chargeback", "network_reason_code", "10.4");
        var dispute = world.add(Json.object(
                "id", world.id("du_1"),
                "object", "dispute",
                "amount", money.minorUnits(),
                "balance_transactions", Json.array(),
                "charge", charge.id(),
                "created", world.now(),
                "currency", money.currency(),
                "enhanced_eligibility_types", Json.array(),
                "evidence", Json.object(),
                "evidence_details",
                        Json.object(
                                "due_by",
                                world.instant().plus(Duration.ofDays(9)).getEpochSecond(),
                                "has_evidence",
                                false,
                                "past_due",
                                false,
                                "submission_count",
                                0),
                "is_charge_refundable", false,
                "livemode", false,
                "metadata", Json.object(),
                "network_reason_code", "10.4",
                "payment_intent", charge.body().path("payment_intent"),
                "payment_method_details", Json.object("card", card, "type", "card"),
                "reason", "fraudulent",
                "status", "needs_response"));
        world.alter(charge, body -> body.put("disputed", true));
        world.tell("charge.dispute.created", dispute);
        var gone = new Money(-money.minorUnits(), money.currency());
        move(
                dispute,
                payments.transaction(dispute, "adjustment", "dispute", gone, FEE),
                "charge.dispute.funds_withdrawn");
        return dispute;
    }

    void close(Stored dispute, boolean won) {
        world.alter(dispute, "charge.dispute.closed", body -> body.put("status", won ? "won" : "lost"));
        if (won) {
            var back = new Money(Json.number(dispute.body(), "amount"), Json.need(dispute.body(), "currency"));
            var transaction = payments.transaction(dispute, "adjustment", "dispute_reversal", back, 0);
            move(dispute, transaction, "charge.dispute.funds_reinstated");
        }
    }

    private void move(Stored dispute, Stored transaction, String event) {
        world.alter(
                dispute,
                event,
                body -> ((ArrayNode) body.path("balance_transactions"))
                        .add(transaction.body().deepCopy()));
    }
}
