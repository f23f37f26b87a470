package press.mainstay.demo.stripe;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Charges that a cardholder's bank asks about or takes back.
final class Disputes {

    private static final long FEE = 1500;

    private final World world;
    private final Payments payments;
    private final Subscriptions subscriptions;
    private volatile boolean endSubscriptions;

    Disputes(World world, Payments payments, Subscriptions subscriptions) {
        this.world = world;
        this.payments = payments;
        this.subscriptions = subscriptions;
    }

    void endSubscriptions(boolean on) {
        endSubscriptions = on;
    }

    /// @param amount in minor units; null: the whole charge
    Stored open(Stored charge, @Nullable Long amount) {
        var dispute = made(charge, amount, "needs_response", "fraudulent", card("chargeback"));
        world.tell("charge.dispute.created", dispute);
        withdraw(dispute);
        endSubscription(charge);
        return dispute;
    }

    /// The bank only asks; no money moves.
    Stored inquire(Stored charge) {
        var dispute = made(charge, null, "warning_needs_response", "general", card("inquiry"));
        dispute.body().put("is_charge_refundable", true);
        world.tell("charge.dispute.created", dispute);
        return dispute;
    }

    void closeInquiry(Stored dispute) {
        needInquiry(dispute);
        world.alter(dispute, "charge.dispute.closed", body -> body.put("status", "warning_closed"));
    }

    /// The bank is not content with asking: now the money leaves.
    void escalate(Stored dispute) {
        needInquiry(dispute);
        world.alter(dispute, "charge.dispute.updated", body -> {
            body.put("status", "needs_response");
            body.put("is_charge_refundable", false);
            body.set("payment_method_details", card("chargeback"));
        });
        withdraw(dispute);
        endSubscription(world.store.get("charge", Json.need(dispute.body(), "charge")));
    }

    /// Staff have answered, and the bank reads it.
    void review(Stored dispute) {
        var inquiry = isInquiry(dispute);
        world.alter(dispute, "charge.dispute.updated", body -> {
            body.put("status", inquiry ? "warning_under_review" : "under_review");
            var details = (ObjectNode) body.path("evidence_details");
            details.put("has_evidence", true).put("submission_count", 1);
        });
    }

    /// A bank takes a direct debit back, weeks after it arrived; nobody is asked, and the dispute is lost at once.
    Stored bankReturns(Stored charge) {
        if (!Customers.SEPA.equals(Json.text(charge.body(), "payment_method_details", "type"))) {
            throw new IllegalStateException("Not a direct debit: " + charge.id());
        }
        var dispute = made(charge, null, "lost", "debit_not_authorized", null);
        dispute.body().putNull("network_reason_code");
        ((ObjectNode) dispute.body().path("evidence_details")).putNull("due_by");
        world.tell("charge.dispute.created", dispute);
        withdraw(dispute);
        world.tell("charge.dispute.closed", dispute);
        endSubscription(charge);
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

    private Stored made(
            Stored charge, @Nullable Long amount, String status, String reason, @Nullable ObjectNode details) {
        var money = Payments.money(charge);
        var dispute = world.add(Json.body("""
                        {"object": "dispute", "balance_transactions": [], "enhanced_eligibility_types": [],
                         "evidence": {}, "is_charge_refundable": false, "livemode": false, "metadata": {},
                         "network_reason_code": "10.4"}
                        """)
                .with("id", world.id("du_1"))
                .with("amount", amount == null ? money.minorUnits() : amount)
                .with("charge", charge.id())
                .with("created", world.now())
                .with("currency", money.currency())
                .with(
                        "evidence_details",
                        Json.body("""
                        {"has_evidence": false, "past_due": false, "submission_count": 0}
                        """)
                                .with(
                                        "due_by",
                                        world.instant().plus(Duration.ofDays(9)).getEpochSecond())
                                .json())
                .with("payment_intent", charge.body().path("payment_intent"))
                .with("payment_method_details", details)
                .with("reason", reason)
                .with("status", status)
                .json());
        world.alter(charge, body -> body.put("disputed", true));
        return dispute;
    }

    private static ObjectNode card(String caseType) {
        var card = Json.object("brand", "visa", "case_type", caseType, "network_reason_code", "10.4");
        return Json.object("card", card, "type", "card");
    }

    private static boolean isInquiry(Stored dispute) {
        return Json.need(dispute.body(), "status").startsWith("warning_");
    }

    private static void needInquiry(Stored dispute) {
        if (!isInquiry(dispute) || "warning_closed".equals(Json.text(dispute.body(), "status"))) {
            throw new IllegalStateException("Not an open inquiry: " + dispute.id());
        }
    }

    private void withdraw(Stored dispute) {
        var gone = new Money(-Json.number(dispute.body(), "amount"), Json.need(dispute.body(), "currency"));
        move(
                dispute,
                payments.transaction(dispute, "adjustment", "dispute", gone, FEE),
                "charge.dispute.funds_withdrawn");
    }

    private void move(Stored dispute, Stored transaction, String event) {
        world.alter(
                dispute,
                event,
                body -> ((ArrayNode) body.path("balance_transactions"))
                        .add(transaction.body().deepCopy()));
    }

    private void endSubscription(Stored charge) {
        var intent = world.store.find("payment_intent", Json.text(charge.body(), "payment_intent"));
        var invoice = intent == null ? null : world.store.find("invoice", Json.text(intent.hidden(), "invoice"));
        var subscription = invoice == null ? null : subscriptions.find(invoice);
        if (endSubscriptions && subscription != null && Subscriptions.runs(subscription)) {
            subscriptions.end(subscription, "payment_disputed");
        }
    }
}
