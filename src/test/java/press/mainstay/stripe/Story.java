package press.mainstay.stripe;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/// The events of one gift, as Stripe tells them: ids end in the story's own word, and only the fields that matter are
/// there.
///
/// @param word ends all of Stripe's ids of this story
/// @param donation the id that we gave along
/// @param email who gives
/// @param at when it happens
public record Story(String word, UUID donation, String email, Instant at) {

    public static Story of(UUID donation) {
        var word = UUID.randomUUID().toString().substring(0, 12).replace("-", "");
        return new Story(
                word, donation, "reader-" + word + "@example.org", Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    public String charge() {
        return "ch_" + word;
    }

    public String customer() {
        return "cus_" + word;
    }

    public String subscription() {
        return "sub_" + word;
    }

    /// What a first monthly payment by card brings, in one of its orders.
    public List<String> monthly() {
        return List.of(
                checkoutCompleted("subscription"),
                subscriptionCreated(),
                invoicePaid(),
                invoicePaymentPaid(),
                chargeSucceeded("{}"),
                chargeUpdated("{}"));
    }

    /// What a gift given once by card brings, in one of its orders.
    public List<String> once() {
        return List.of(checkoutCompleted("payment"), chargeSucceeded(metadata()), chargeUpdated(metadata()));
    }

    public String checkoutCompleted(String mode) {
        return event("checkout.session.completed", "cs", """
                {"id": "cs_test_%1$s", "object": "checkout.session", "mode": "%2$s", "status": "complete",
                 "client_reference_id": "%3$s", "customer": "cus_%1$s", "payment_status": "paid", "locale": "en",
                 "subscription": %4$s, "customer_details": {"email": "%5$s", "name": "Reader %1$s"}, "metadata": %6$s}
                """.formatted(
                word, mode, donation, mode.equals("payment") ? "null" : "\"sub_" + word + "\"", email, metadata()));
    }

    public String subscriptionCreated() {
        return subscription("customer.subscription.created", "active", at);
    }

    public String subscription(String type, String status, Instant at) {
        return event(type, status + at.getEpochSecond(), at, """
                {"id": "sub_%1$s", "object": "subscription", "status": "%2$s", "customer": "cus_%1$s", "metadata": %3$s,
                 "cancel_at": null, "cancel_at_period_end": false, "ended_at": null, "start_date": %5$d,
                 "items": {"object": "list", "data": [{"id": "si_%1$s", "object": "subscription_item", "quantity": 1,
                   "current_period_end": %4$d,
                   "price": {"id": "price_%1$s", "object": "price", "unit_amount": 500, "currency": "usd",
                             "recurring": {"interval": "month", "interval_count": 1}}}]}}
                """.formatted(
                        word, status, metadata(), this.at.getEpochSecond() + 2_592_000, this.at.getEpochSecond()));
    }

    public String invoicePaid() {
        return event("invoice.paid", "in", """
                {"id": "in_%1$s", "object": "invoice", "customer": "cus_%1$s", "customer_email": "%2$s",
                 "status": "paid", "amount_due": 500, "currency": "usd", "attempt_count": 1,
                 "next_payment_attempt": null, "status_transitions": {"paid_at": %4$d}, "lines": {"data": []},
                 "parent": {"type": "subscription_details",
                            "subscription_details": {"subscription": "sub_%1$s", "metadata": %3$s}}}
                """.formatted(word, email, metadata(), at.getEpochSecond()));
    }

    public String invoicePaymentPaid() {
        return event("invoice_payment.paid", "inpay", """
                {"id": "inpay_%1$s", "object": "invoice_payment", "invoice": "in_%1$s", "status": "paid",
                 "payment": {"type": "payment_intent", "payment_intent": "pi_%1$s"}}
                """.formatted(word));
    }

    /// @param metadata of the PaymentIntent, which Stripe copies to the charge
    public String chargeSucceeded(String metadata) {
        return charge("charge.succeeded", "null", metadata);
    }

    public String chargeUpdated(String metadata) {
        return charge("charge.updated", "\"txn_" + word + "\"", metadata);
    }

    private String charge(String type, String balanceTransaction, String metadata) {
        return event(type, type, """
                {"id": "ch_%1$s", "object": "charge", "status": "succeeded", "amount": 500, "amount_captured": 500,
                 "currency": "usd", "customer": "cus_%1$s", "payment_intent": "pi_%1$s", "created": %2$d,
                 "balance_transaction": %3$s, "metadata": %4$s,
                 "billing_details": {"email": "%5$s", "name": "Reader %1$s"}}
                """.formatted(word, at.getEpochSecond(), balanceTransaction, metadata, email));
    }

    public String metadata() {
        return "{\"donation\": \"%s\"}".formatted(donation);
    }

    public String event(String type, String what, String object) {
        return event(type, what, at, object);
    }

    private String event(String type, String what, Instant at, String object) {
        return """
                {"id": "evt_%s_%s", "object": "event", "api_version": "2026-07-29.dahlia", "created": %d,
                 "livemode": false, "type": "%s", "data": {"object": %s}}
                """.formatted(what.replace('.', '_'), word, at.getEpochSecond(), type, object);
    }
}
