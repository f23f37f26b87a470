package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// PaymentIntents, their charges, and what each charge brings to the balance.
final class Payments {

    static final Duration SEPA_TAKES = Duration.ofDays(5);

    private final World world;

    Payments(World world) {
        this.world = world;
    }

    /// @param purpose hidden: the session or the invoice that this pays
    Stored intent(
            Money money,
            @Nullable String customer,
            ObjectNode metadata,
            @Nullable String description,
            @Nullable String suffix,
            ObjectNode purpose) {
        var id = world.id("pi_3");
        var intent = world.add(
                Json.body("""
                        {"object": "payment_intent", "amount_capturable": 0, "amount_received": 0,
                         "application": null, "application_fee_amount": null,
                         "automatic_payment_methods": null, "canceled_at": null, "cancellation_reason": null,
                         "capture_method": "automatic_async", "confirmation_method": "automatic",
                         "last_payment_error": null, "latest_charge": null, "livemode": false,
                         "next_action": null, "on_behalf_of": null, "payment_method": null, "processing": null,
                         "receipt_email": null, "review": null, "setup_future_usage": null, "shipping": null,
                         "statement_descriptor": null, "status": "requires_payment_method",
                         "transfer_data": null, "transfer_group": null}
                        """)
                        .with("id", id)
                        .with("amount", money.minorUnits())
                        .with("client_secret", id + "_secret_" + world.id("", 25))
                        .with("created", world.now())
                        .with("currency", money.currency())
                        .with("customer", customer)
                        .with("description", description)
                        .with("metadata", metadata)
                        .with("payment_method_types", Json.array(Customers.CARD, Customers.SEPA))
                        .with("statement_descriptor_suffix", suffix)
                        .json(),
                purpose);
        world.tell("payment_intent.created", intent);
        return intent;
    }

    Stored succeed(Stored intent, Stored method) {
        var charge = charge(intent, method, "succeeded");
        world.tell("charge.succeeded", charge);
        received(intent, charge);
        return charge;
    }

    /// @param code such as `card_declined`
    Stored decline(Stored intent, Stored method, String code) {
        var charge = charge(intent, method, "failed");
        failed(intent, charge, method, code);
        return charge;
    }

    /// Money on its way from a bank account. Whether it arrives shows later.
    Stored pend(Stored intent, Stored method, boolean arrives) {
        var charge = charge(intent, method, "pending");
        charge.hidden().put("arrives", arrives);
        world.store.due(charge, world.instant().plus(SEPA_TAKES).getEpochSecond());
        world.alter(intent, "payment_intent.processing", body -> {
            body.put("status", "processing");
            body.put("payment_method", method.id());
            body.put("latest_charge", charge.id());
        });
        world.tell("charge.pending", charge);
        return charge;
    }

    /// The bank's answer to a pending charge.
    ///
    /// @return whether the money arrived
    boolean settle(Stored charge) {
        var intent = world.store.get("payment_intent", Json.need(charge.body(), "payment_intent"));
        if (Json.flag(charge.hidden(), "arrives")) {
            world.alter(charge, "charge.succeeded", body -> {
                body.put("status", "succeeded");
                body.put("paid", true);
            });
            received(intent, charge);
            return true;
        }
        world.alter(charge, body -> body.put("status", "failed"));
        var method = world.store.get("payment_method", Json.need(charge.body(), "payment_method"));
        failed(intent, charge, method, "insufficient_funds");
        return false;
    }

    void needsAuthentication(Stored intent, Stored method) {
        world.alter(intent, "payment_intent.requires_action", body -> {
            body.put("status", "requires_action");
            body.put("payment_method", method.id());
            body.set("next_action", Json.object("type", "use_stripe_sdk", "use_stripe_sdk", Json.object()));
        });
    }

    /// Nobody will pay this any more.
    void cancel(Stored intent) {
        world.alter(intent, "payment_intent.canceled", body -> {
            body.put("status", "canceled");
            body.put("canceled_at", world.now());
            body.put("cancellation_reason", "void_invoice");
            body.putNull("next_action");
        });
    }

    private void received(Stored intent, Stored charge) {
        world.alter(intent, "payment_intent.succeeded", body -> {
            body.put("status", "succeeded");
            body.put("amount_received", Json.number(body, "amount"));
            body.put("latest_charge", charge.id());
            body.set("payment_method", charge.body().path("payment_method"));
            body.putNull("last_payment_error");
            body.putNull("next_action");
        });
        var type = Customers.SEPA.equals(Json.text(charge.body(), "payment_method_details", "type"))
                ? "payment"
                : "charge";
        var transaction =
                transaction(charge, type, "charge", money(charge), Settlement.fee(Settlement.settled(money(charge))));
        world.alter(charge, "charge.updated", body -> body.put("balance_transaction", transaction.id()));
    }

    private void failed(Stored intent, Stored charge, Stored method, String code) {
        var message = code.equals("authentication_required")
                ? "Your card was declined. This transaction requires authentication."
                : code.equals("insufficient_funds")
                        ? "The bank account has insufficient funds."
                        : "Your card was declined.";
        world.alter(charge, "charge.failed", body -> {
            body.put("failure_code", code);
            body.put("failure_message", message);
        });
        world.alter(intent, "payment_intent.payment_failed", body -> {
            body.put("status", "requires_payment_method");
            body.putNull("payment_method");
            body.putNull("next_action");
            body.put("latest_charge", charge.id());
            body.set(
                    "last_payment_error",
                    Json.body("""
                        {"decline_code": "generic_decline", "type": "card_error"}
                        """)
                            .with("charge", charge.id())
                            .with("code", code)
                            .with("doc_url", "https://stripe.com/docs/error-codes/" + code.replace('_', '-'))
                            .with("message", message)
                            .with("payment_method", method.body().deepCopy())
                            .json());
        });
    }

    private Stored charge(Stored intent, Stored method, String status) {
        var pays = intent.body();
        var paid = status.equals("succeeded");
        var declined = status.equals("failed");
        var outcome = Json.body("""
                        {"network_advice_code": null, "network_decline_code": null, "risk_level": "normal",
                         "risk_score": 12}
                        """)
                .with("advice_code", declined ? "try_again_later" : null)
                .with("network_status", declined ? "declined_by_network" : "approved_by_network")
                .with("reason", declined ? "generic_decline" : null)
                .with("seller_message", declined ? "The bank did not return any further details." : "Payment complete.")
                .with("type", declined ? "issuer_declined" : "authorized")
                .json();
        return world.add(Json.body("""
                        {"object": "charge", "amount_refunded": 0, "application": null,
                         "application_fee": null, "application_fee_amount": null, "balance_transaction": null,
                         "calculated_statement_descriptor": "NEWSROOM", "disputed": false,
                         "failure_balance_transaction": null, "failure_code": null, "failure_message": null,
                         "fraud_details": {}, "livemode": false, "on_behalf_of": null, "radar_options": {},
                         "receipt_email": null, "receipt_number": null, "refunded": false, "review": null,
                         "shipping": null, "source": null, "source_transfer": null,
                         "statement_descriptor": null, "transfer_data": null, "transfer_group": null}
                        """)
                .with("id", world.id(Customers.SEPA.equals(Json.text(method.body(), "type")) ? "py_3" : "ch_3"))
                .with("amount", Json.number(pays, "amount"))
                .with("amount_captured", declined ? 0 : Json.number(pays, "amount"))
                .with("billing_details", method.body().path("billing_details").deepCopy())
                .with("captured", !declined)
                .with("created", world.now())
                .with("currency", pays.path("currency"))
                .with("customer", pays.path("customer"))
                .with("description", pays.path("description"))
                .with("metadata", pays.path("metadata").deepCopy())
                .with("outcome", outcome)
                .with("paid", paid)
                .with("payment_intent", intent.id())
                .with("payment_method", method.id())
                .with("payment_method_details", details(method.body()))
                .with("receipt_url", "https://pay.stripe.com/receipts/payment/" + world.id("", 30))
                .with("statement_descriptor_suffix", pays.path("statement_descriptor_suffix"))
                .with("status", status)
                .json());
    }

    private ObjectNode details(ObjectNode method) {
        var type = Json.need(method, "type");
        var details = Json.copy(method.path(type));
        if (type.equals(Customers.SEPA)) {
            details.remove("generated_from");
            details.putNull("expected_debit_date");
            details.put("mandate", world.id("mandate_1"));
        } else {
            details.remove("display_brand");
            details.remove("networks");
            details.remove("three_d_secure_usage");
            details.putNull("installments");
            details.putNull("mandate");
            details.put("network", "visa");
            details.putNull("three_d_secure");
        }
        return Json.object(type, details, "type", type);
    }

    /// @param type in Stripe's words: `charge`, `payment`, `refund`, `payment_refund`, `adjustment`
    /// @param money negative where it leaves
    /// @param fee in the currency of the account
    Stored transaction(Stored source, String type, String category, Money money, long fee) {
        return transaction(source.id(), Json.text(source.body(), "description"), type, category, money, fee);
    }

    Stored transaction(
            @Nullable String source,
            @Nullable String description,
            String type,
            String category,
            Money money,
            long fee) {
        long settled = Settlement.settled(money);
        var fees = Json.array();
        if (fee > 0) {
            fees.add(Json.body("""
                        {"application": null, "type": "stripe_fee"}
                        """)
                    .with("amount", fee)
                    .with("currency", Settlement.CURRENCY)
                    .with("description", category.equals("dispute") ? "Dispute fee" : "Stripe processing fees")
                    .json());
        }
        var foreign = !money.currency().equals(Settlement.CURRENCY);
        return world.add(Json.body("""
                        {"object": "balance_transaction", "balance_type": "payments", "status": "pending"}
                        """)
                .with("id", world.id("txn_3"))
                .with("amount", settled)
                .with("available_on", world.instant().plus(Duration.ofDays(2)).getEpochSecond())
                .with("created", world.now())
                .with("currency", Settlement.CURRENCY)
                .with("description", description)
                .with("exchange_rate", foreign ? Settlement.rate(money.currency()) : null)
                .with("fee", fee)
                .with("fee_details", fees)
                .with("net", settled - fee)
                .with("reporting_category", category)
                .with("source", source)
                .with("type", type)
                .json());
    }

    static Money money(Stored charge) {
        return new Money(
                Json.number(charge.body(), "amount"),
                Json.need(charge.body(), "currency").toLowerCase(Locale.ROOT));
    }
}
