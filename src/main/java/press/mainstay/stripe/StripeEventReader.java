package press.mainstay.stripe;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeEvent.BalanceTransaction;
import press.mainstay.stripe.StripeEvent.ChargeSucceeded;
import press.mainstay.stripe.StripeEvent.CheckoutChanged;
import press.mainstay.stripe.StripeEvent.CustomerChanged;
import press.mainstay.stripe.StripeEvent.DisputeChanged;
import press.mainstay.stripe.StripeEvent.InvoiceChanged;
import press.mainstay.stripe.StripeEvent.InvoicePaymentPaid;
import press.mainstay.stripe.StripeEvent.RefundChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeOrder.Kind;
import tools.jackson.databind.JsonNode;

/// Reads the objects of Stripe's release train `dahlia`, from events and from answers of the API. Only the
/// fields that we use; what else stands there may change without harm.
///
/// @see <a href="https://docs.stripe.com/api/events/types">Types of events</a>
@Component
class StripeEventReader {

    /// Up by one with each release that reads more types or reads them otherwise: events that an earlier one
    /// judged are read again.
    static final int VERSION = 1;

    /// The release train that our field names belong to: `2026-07-29.dahlia` and its later dates.
    private static final String TRAIN = ".dahlia";

    /// The key of our donation's id in Stripe's metadata.
    static final String DONATION = "donation";

    private static final int WEEKS_A_YEAR = 52;
    private static final int DAYS_A_YEAR = 365;

    private final StripeProperties properties;

    StripeEventReader(StripeProperties properties) {
        this.properties = properties;
    }

    /// How we came to know of an object.
    ///
    /// @param source names this news: the event's id, or the object's id and the second of the answer
    /// @param second Stripe's time of the news
    private record Telling(String source, Kind kind, SubscriptionChanged.Via via, String type, Instant second) {}

    static boolean readsVersion(@Nullable String apiVersion) {
        return apiVersion != null && apiVersion.endsWith(TRAIN);
    }

    /// Whether news of this type is applied; all other types are kept and ignored.
    static boolean reads(String type) {
        return switch (type) {
            case "checkout.session.completed",
                    "checkout.session.expired",
                    "checkout.session.async_payment_succeeded",
                    "checkout.session.async_payment_failed",
                    "customer.subscription.created",
                    "customer.subscription.updated",
                    "customer.subscription.deleted",
                    "customer.subscription.paused",
                    "customer.subscription.resumed",
                    "invoice.finalized",
                    "invoice.paid",
                    "invoice.payment_failed",
                    "invoice.payment_action_required",
                    "invoice.voided",
                    "invoice.marked_uncollectible",
                    "invoice_payment.paid",
                    "charge.succeeded",
                    "charge.updated",
                    "refund.created",
                    "refund.updated",
                    "refund.failed",
                    "charge.dispute.created",
                    "charge.dispute.updated",
                    "charge.dispute.closed",
                    "charge.dispute.funds_withdrawn",
                    "charge.dispute.funds_reinstated",
                    "customer.updated",
                    "customer.deleted" -> true;
            default -> false;
        };
    }

    /// @return empty if there is nothing in it for us
    /// @throws UnreadableEventException if a field is missing or of another shape than we know
    Optional<StripeEvent> readEvent(JsonNode event) {
        if (!readsVersion(event.path("api_version").stringValue(null))) {
            throw new UnreadableEventException("api_version");
        }
        var type = text(event, "type");
        if (!reads(type)) {
            return Optional.empty();
        }
        var kind = type.endsWith(".created") ? Kind.MAKING : Kind.CHANGE;
        var telling = new Telling(text(event, "id"), kind, SubscriptionChanged.Via.EVENT, type, time(event, "created"));
        return object(event.path("data").path("object"), telling);
    }

    /// Reads what the API answered.
    ///
    /// @param stamp Stripe's second before which the answer was certainly true
    /// @return empty if there is nothing in it for us, such as a charge that failed
    Optional<StripeEvent> readAnswer(JsonNode object, Instant stamp, SubscriptionChanged.Via via) {
        var source = text(object, "id") + "@" + stamp.getEpochSecond();
        return object(object, new Telling(source, Kind.ANSWER, via, "", stamp));
    }

    private Optional<StripeEvent> object(JsonNode object, Telling telling) {
        return switch (text(object, "object")) {
            case "checkout.session" -> checkoutSession(object, telling);
            case "charge" -> charge(object);
            case "invoice" -> Optional.of(invoice(object, telling));
            case "invoice_payment" -> invoicePayment(object);
            case "subscription" -> Optional.of(subscription(object, telling));
            case "refund" -> Optional.of(refund(object, telling));
            case "dispute" -> Optional.of(dispute(object, telling));
            case "customer" -> Optional.of(customer(object, telling));
            case "balance_transaction" -> balanceTransaction(object);
            default -> throw new UnreadableEventException("object");
        };
    }

    private static Optional<StripeEvent> checkoutSession(JsonNode session, Telling telling) {
        var outcome = switch (text(session, "status")) {
            case "expired" -> CheckoutChanged.Outcome.EXPIRED;
            case "complete" -> outcome(session, telling);
            default -> null;
        };
        if (outcome == null) {
            return Optional.empty();
        }
        var reference = uuid(session.path("client_reference_id"));
        return Optional.of(new CheckoutChanged(
                text(session, "id"),
                reference != null ? reference : donation(session.path("metadata")),
                id(session.path("customer")),
                id(session.path("subscription")),
                email(session.path("customer_details").path("email")),
                locale(session.path("locale")),
                outcome,
                StripeOrder.ofCheckout(telling.second(), telling.kind(), outcome)));
    }

    private static CheckoutChanged.Outcome outcome(JsonNode session, Telling telling) {
        if (!text(session, "payment_status").equals("unpaid")) {
            return CheckoutChanged.Outcome.PAID;
        }
        return telling.type().equals("checkout.session.async_payment_failed")
                ? CheckoutChanged.Outcome.FAILED
                : CheckoutChanged.Outcome.UNPAID;
    }

    private static Optional<StripeEvent> charge(JsonNode charge) {
        var amount = money(charge, "amount_captured", text(charge, "currency"));
        if (!text(charge, "status").equals("succeeded") || amount.minorUnits() == 0) {
            return Optional.empty(); // failed, or only authorised
        }
        return Optional.of(new ChargeSucceeded(
                text(charge, "id"),
                id(charge.path("payment_intent")),
                donation(charge.path("metadata")),
                id(charge.path("customer")),
                amount,
                id(charge.path("balance_transaction")),
                time(charge, "created")));
    }

    private StripeEvent invoice(JsonNode invoice, Telling telling) {
        var details = invoice.path("parent").path("subscription_details");
        var donation = donation(details.path("metadata"));
        var status = text(invoice, "status");
        var attempts = invoice.path("attempt_count").asInt(0);
        var lines = invoice.path("lines").path("data");
        var ours = donation != null
                || lines.valueStream()
                        .anyMatch(line -> properties.ours(
                                id(line.path("pricing").path("price_details").path("product"))));
        var periods = lines.valueStream().map(line -> line.path("period")).toList();
        return new InvoiceChanged(
                text(invoice, "id"),
                id(details.path("subscription")),
                donation,
                id(invoice.path("customer")),
                ours && donation == null ? email(invoice.path("customer_email")) : null,
                !ours,
                status,
                money(invoice, "amount_due", text(invoice, "currency")),
                attempts,
                optionalTime(invoice.path("next_payment_attempt")),
                status.equals("paid")
                        ? optionalTime(invoice.path("status_transitions").path("paid_at"))
                        : null,
                periods.stream()
                        .map(period -> optionalTime(period.path("start")))
                        .filter(Objects::nonNull)
                        .min(Instant::compareTo)
                        .orElse(null),
                periods.stream()
                        .map(period -> optionalTime(period.path("end")))
                        .filter(Objects::nonNull)
                        .max(Instant::compareTo)
                        .orElse(null),
                switch (telling.type()) {
                    case "invoice.payment_failed" -> InvoiceChanged.Tells.PAYMENT_FAILED;
                    case "invoice.payment_action_required" -> InvoiceChanged.Tells.ACTION_REQUIRED;
                    default -> InvoiceChanged.Tells.STATUS;
                },
                StripeOrder.ofInvoice(telling.second(), telling.kind(), status, attempts));
    }

    private static Optional<StripeEvent> invoicePayment(JsonNode invoicePayment) {
        var invoice = id(invoicePayment.path("invoice"));
        if (invoice == null) {
            throw new UnreadableEventException("invoice");
        }
        return text(invoicePayment, "status").equals("paid")
                ? Optional.of(new InvoicePaymentPaid(
                        text(invoicePayment, "id"),
                        invoice,
                        id(invoicePayment.path("payment").path("payment_intent"))))
                : Optional.empty();
    }

    private StripeEvent subscription(JsonNode subscription, Telling telling) {
        var items = subscription.path("items").path("data");
        var donation = donation(subscription.path("metadata"));
        var foreign = donation == null
                && items.valueStream()
                        .noneMatch(item -> properties.ours(id(item.path("price").path("product"))));
        var status = text(subscription, "status");
        var order = StripeOrder.ofSubscription(telling.second(), telling.kind(), status);
        var customer = id(subscription.path("customer"));
        if (customer == null) {
            throw new UnreadableEventException("customer");
        }
        var started = optionalTime(subscription.path("start_date"));
        return new SubscriptionChanged(
                text(subscription, "id"),
                telling.source(),
                telling.via(),
                foreign,
                donation,
                customer,
                status,
                subscription.path("pause_collection").isObject(),
                // what another application sells need not have a price that we understand
                foreign ? new Money(0, "usd") : price(items),
                foreign ? 0 : yearly(items),
                items.path(0).path("price").path("recurring").path("interval").asString("month"),
                started != null ? started : telling.second(),
                items.valueStream()
                        .map(item -> optionalTime(item.path("current_period_end")))
                        .filter(Objects::nonNull)
                        .min(Instant::compareTo)
                        .orElse(null),
                plannedEnd(subscription, items.path(0)),
                optionalTime(subscription.path("canceled_at")),
                optionalTime(subscription.path("ended_at")),
                subscription.path("cancellation_details").path("reason").stringValue(null),
                order);
    }

    /// Stripe has two ways to say so: a date, or "at the end of the period".
    private static @Nullable Instant plannedEnd(JsonNode subscription, JsonNode item) {
        var cancelAt = optionalTime(subscription.path("cancel_at"));
        if (cancelAt == null && subscription.path("cancel_at_period_end").asBoolean(false)) {
            return optionalTime(item.path("current_period_end"));
        }
        return cancelAt;
    }

    private static Money price(JsonNode items) {
        var currency = text(items.path(0).path("price"), "currency");
        var sum = items.valueStream().map(StripeEventReader::perPeriod).reduce(BigDecimal.ZERO, BigDecimal::add);
        return new Money(rounded(sum), currency);
    }

    private static long yearly(JsonNode items) {
        return rounded(items.valueStream()
                .map(item -> {
                    var recurring = item.path("price").path("recurring");
                    var aYear = switch (text(recurring, "interval")) {
                        case "year" -> 1;
                        case "month" -> 12;
                        case "week" -> WEEKS_A_YEAR;
                        case "day" -> DAYS_A_YEAR;
                        default -> throw new UnreadableEventException("interval");
                    };
                    var every =
                            BigDecimal.valueOf(recurring.path("interval_count").asLong(1));
                    return perPeriod(item).multiply(BigDecimal.valueOf(aYear)).divide(every, 4, RoundingMode.HALF_EVEN);
                })
                .reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    /// In minor units; a price of less than a cent has only its decimal form.
    private static BigDecimal perPeriod(JsonNode item) {
        var price = item.path("price");
        var quantity = BigDecimal.valueOf(item.path("quantity").asLong(1));
        if (price.path("unit_amount").isIntegralNumber()) {
            return quantity.multiply(
                    BigDecimal.valueOf(price.path("unit_amount").longValue()));
        }
        try {
            return quantity.multiply(
                    new BigDecimal(price.path("unit_amount_decimal").stringValue("")));
        } catch (NumberFormatException _) {
            throw new UnreadableEventException("unit_amount");
        }
    }

    private static long rounded(BigDecimal minorUnits) {
        return minorUnits.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
    }

    private static StripeEvent refund(JsonNode refund, Telling telling) {
        var charge = id(refund.path("charge"));
        if (charge == null) {
            throw new UnreadableEventException("charge");
        }
        var status = text(refund, "status");
        return new RefundChanged(
                text(refund, "id"),
                charge,
                money(refund, "amount", text(refund, "currency")),
                status,
                id(refund.path("balance_transaction")),
                id(refund.path("failure_balance_transaction")),
                time(refund, "created"),
                StripeOrder.ofRefund(telling.second(), telling.kind(), status));
    }

    private static StripeEvent dispute(JsonNode dispute, Telling telling) {
        var charge = id(dispute.path("charge"));
        if (charge == null) {
            throw new UnreadableEventException("charge");
        }
        var status = text(dispute, "status");
        return new DisputeChanged(
                text(dispute, "id"),
                charge,
                money(dispute, "amount", text(dispute, "currency")),
                dispute.path("reason").stringValue(null),
                status,
                dispute.path("balance_transactions")
                        .valueStream()
                        .flatMap(transaction -> balanceTransaction(transaction).stream())
                        .map(BalanceTransaction.class::cast)
                        .toList(),
                time(dispute, "created"),
                StripeOrder.ofDispute(telling.second(), telling.kind(), status));
    }

    /// @return empty for what has no object behind it, such as Stripe's own fees
    private static Optional<StripeEvent> balanceTransaction(JsonNode transaction) {
        var source = id(transaction.path("source"));
        var currency = text(transaction, "currency");
        return source == null
                ? Optional.empty()
                : Optional.of(new BalanceTransaction(
                        text(transaction, "id"),
                        source,
                        text(transaction, "reporting_category"),
                        money(transaction, "amount", currency),
                        money(transaction, "fee", currency),
                        time(transaction, "created")));
    }

    private static StripeEvent customer(JsonNode customer, Telling telling) {
        var deleted =
                customer.path("deleted").asBoolean(false) || telling.type().equals("customer.deleted");
        return new CustomerChanged(
                text(customer, "id"),
                email(customer.path("email")),
                deleted,
                StripeOrder.ofCustomer(telling.second(), telling.kind()));
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

    /// The products that we make ourselves.
    static String product(Frequency frequency) {
        return "mainstay_" + frequency.word();
    }
}
