package press.mainstay.stripe;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeEvent.ChargeSucceeded;
import press.mainstay.stripe.StripeEvent.CheckoutCompleted;
import press.mainstay.stripe.StripeEvent.InvoicePaid;
import press.mainstay.stripe.StripeEvent.InvoicePaymentPaid;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import tools.jackson.databind.JsonNode;

/// Reads the objects of Stripe's release train `dahlia`. Only the fields that we use; what else stands there may
/// change without harm.
///
/// @see <a href="https://docs.stripe.com/api/events/types">Types of events</a>
final class StripeEventReader {

    /// The release train that our field names belong to: `2026-07-29.dahlia` and its later dates.
    static final String TRAIN = "dahlia";

    /// The key of our donation's id in Stripe's metadata.
    static final String DONATION = "donation";

    private StripeEventReader() {}

    /// Whether news of this type is applied; all other types are kept and ignored.
    static boolean reads(String type) {
        return switch (type) {
            case "checkout.session.completed",
                    "checkout.session.async_payment_succeeded",
                    "charge.succeeded",
                    "charge.updated",
                    "invoice.paid",
                    "invoice_payment.paid" -> true;
            default ->
                type.startsWith("customer.subscription.") && !type.equals("customer.subscription.trial_will_end");
        };
    }

    /// @return empty if there is nothing in it for us
    /// @throws UnreadableEventException if a field is missing or of another shape than we know
    static Optional<StripeEvent> read(JsonNode event) {
        var type = text(event, "type");
        var object = event.path("data").path("object");
        var at = time(event, "created");
        return switch (type) {
            case "checkout.session.completed", "checkout.session.async_payment_succeeded" ->
                Optional.of(checkoutSession(object, at));
            case "charge.succeeded", "charge.updated" -> charge(object);
            case "invoice.paid" -> Optional.of(invoice(object, at));
            case "invoice_payment.paid" -> Optional.of(invoicePayment(object, at));
            default -> reads(type) ? Optional.of(subscription(object, type, at)) : Optional.empty();
        };
    }

    /// @param session a completed Checkout Session, from an event or from the API
    static CheckoutCompleted checkoutSession(JsonNode session, Instant at) {
        var reference = uuid(session.path("client_reference_id"));
        return new CheckoutCompleted(
                text(session, "id"),
                reference != null ? reference : donation(session.path("metadata")),
                id(session.path("customer")),
                id(session.path("subscription")),
                email(session.path("customer_details").path("email")),
                locale(session.path("locale")),
                !text(session, "payment_status").equals("unpaid"),
                at);
    }

    private static Optional<StripeEvent> charge(JsonNode charge) {
        if (!text(charge, "status").equals("succeeded")) {
            return Optional.empty();
        }
        return Optional.of(new ChargeSucceeded(
                text(charge, "id"),
                id(charge.path("payment_intent")),
                donation(charge.path("metadata")),
                id(charge.path("customer")),
                money(charge, "amount_captured", text(charge, "currency")),
                id(charge.path("balance_transaction")),
                time(charge, "created")));
    }

    private static StripeEvent invoice(JsonNode invoice, Instant at) {
        var details = invoice.path("parent").path("subscription_details");
        return new InvoicePaid(
                text(invoice, "id"),
                id(details.path("subscription")),
                donation(details.path("metadata")),
                id(invoice.path("customer")),
                at);
    }

    private static StripeEvent invoicePayment(JsonNode invoicePayment, Instant at) {
        var invoice = id(invoicePayment.path("invoice"));
        if (invoice == null) {
            throw new UnreadableEventException("invoice");
        }
        return new InvoicePaymentPaid(
                text(invoicePayment, "id"),
                invoice,
                id(invoicePayment.path("payment").path("payment_intent")),
                at);
    }

    private static StripeEvent subscription(JsonNode subscription, String type, Instant at) {
        var item = subscription.path("items").path("data").path(0);
        var price = item.path("price");
        var customer = id(subscription.path("customer"));
        if (customer == null) {
            throw new UnreadableEventException("customer");
        }
        var quantity = item.path("quantity").asLong(1);
        var unit = money(price, "unit_amount", text(price, "currency"));
        return new SubscriptionChanged(
                text(subscription, "id"),
                type.endsWith(".created"),
                donation(subscription.path("metadata")),
                customer,
                text(subscription, "status"),
                new Money(Math.multiplyExact(unit.minorUnits(), quantity), unit.currency()),
                text(price.path("recurring"), "interval"),
                optionalTime(item.path("current_period_end")),
                plannedEnd(subscription, item),
                optionalTime(subscription.path("ended_at")),
                at);
    }

    /// Stripe has two ways to say so: a date, or "at the end of the period".
    private static @Nullable Instant plannedEnd(JsonNode subscription, JsonNode item) {
        var cancelAt = optionalTime(subscription.path("cancel_at"));
        if (cancelAt == null && subscription.path("cancel_at_period_end").asBoolean(false)) {
            return optionalTime(item.path("current_period_end"));
        }
        return cancelAt;
    }

    static @Nullable UUID donation(JsonNode metadata) {
        return uuid(metadata.path(DONATION));
    }

    /// An id, whether Stripe sends it alone or with the whole object.
    static @Nullable String id(JsonNode reference) {
        var id = reference.isObject() ? reference.path("id") : reference;
        return id.isString() ? id.stringValue() : null;
    }

    static @Nullable UUID uuid(JsonNode node) {
        try {
            return node.isString() ? UUID.fromString(node.stringValue()) : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    static String text(JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isString()) {
            throw new UnreadableEventException(field);
        }
        return value.stringValue();
    }

    static Instant time(JsonNode node, String field) {
        var time = optionalTime(node.path(field));
        if (time == null) {
            throw new UnreadableEventException(field);
        }
        return time;
    }

    private static @Nullable Instant optionalTime(JsonNode seconds) {
        return seconds.isIntegralNumber() ? Instant.ofEpochSecond(seconds.longValue()) : null;
    }

    private static Money money(JsonNode node, String field, String currency) {
        var amount = node.path(field);
        if (!amount.isIntegralNumber()) {
            throw new UnreadableEventException(field);
        }
        return new Money(amount.longValue(), currency);
    }

    private static @Nullable EmailAddress email(JsonNode node) {
        try {
            return node.isString() ? new EmailAddress(node.stringValue()) : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static Locale locale(JsonNode node) {
        return node.isString() ? Locale.forLanguageTag(node.stringValue()) : Locale.ENGLISH;
    }
}
