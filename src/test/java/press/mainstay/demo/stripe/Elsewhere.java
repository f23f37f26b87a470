package press.mainstay.demo.stripe;

import java.time.Duration;
import press.mainstay.shared.Money;

/// What else happens on the newsroom's account at Stripe: another app that sells, payouts, Stripe's own fees.
final class Elsewhere {

    private final World world;
    private final Customers customers;
    private final Payments payments;

    Elsewhere(World world, Customers customers, Payments payments) {
        this.world = world;
        this.customers = customers;
        this.payments = payments;
    }

    /// @return the charge
    Stored sale(Money money) {
        var metadata = Json.object("order_id", "4711", "shop", "tote-bags");
        var intent = payments.intent(money, null, metadata, "Order 4711", null, Json.object());
        return payments.succeed(intent, customers.method(Customers.CARD, null, "buyer@example.com", "Bo Buyer"));
    }

    /// @return the balance transaction
    Stored payout(long minorUnits) {
        var arrives = world.instant().plus(Duration.ofDays(2)).getEpochSecond();
        var payout = world.add(Json.body("""
                        {"object": "payout", "application_fee": null, "application_fee_amount": null,
                         "automatic": true, "description": "STRIPE PAYOUT", "destination": "ba_1",
                         "failure_balance_transaction": null, "failure_code": null, "failure_message": null,
                         "livemode": false, "metadata": {}, "method": "standard", "original_payout": null,
                         "reconciliation_status": "in_progress", "reversed_by": null, "source_type": "card",
                         "statement_descriptor": null, "status": "pending", "type": "bank_account"}
                        """)
                .with("id", world.id("po_1"))
                .with("amount", minorUnits)
                .with("arrival_date", arrives)
                .with("created", world.now())
                .with("currency", Settlement.CURRENCY)
                .json());
        var gone = payments.transaction(payout, "payout", "payout", new Money(-minorUnits, Settlement.CURRENCY), 0);
        world.alter(payout, body -> body.put("balance_transaction", gone.id()));
        return gone;
    }

    /// @return the balance transaction
    Stored fee(long minorUnits) {
        return payments.transaction(
                null, "Billing - Usage Fee", "stripe_fee", "fee", new Money(-minorUnits, Settlement.CURRENCY), 0);
    }
}
