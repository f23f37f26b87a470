package press.mainstay.stripe;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Money;

/// What Stripe tells us, in our words. Published inside the transaction that applies it: whatever listeners write
/// commits together with the mark that the event is applied, or not at all. The same may be told twice, in any order;
/// `at` is Stripe's time, in whole seconds. `donation` is the id that we gave along when Checkout was opened.
public sealed interface StripeEvent {

    /// A reader has been through Stripe's payment page.
    ///
    /// @param paid false while a bank takes its days
    /// @param customer always there for sessions that we opened
    record CheckoutCompleted(
            String session,
            @Nullable UUID donation,
            @Nullable String customer,
            @Nullable String subscription,
            @Nullable EmailAddress email,
            Locale locale,
            boolean paid,
            Instant at)
            implements StripeEvent {}

    /// A succeeded charge, as it stands: told when it succeeds, and again when its balance transaction is known.
    ///
    /// @param balanceTransaction where fee and settlement stand; null for a moment after the charge
    /// @param at when the charge was made
    record ChargeSucceeded(
            String charge,
            @Nullable String paymentIntent,
            @Nullable UUID donation,
            @Nullable String customer,
            Money amount,
            @Nullable String balanceTransaction,
            Instant at)
            implements StripeEvent {}

    /// An invoice of a subscription is paid.
    ///
    /// @param donation from the subscription's metadata
    record InvoicePaid(
            String invoice,
            @Nullable String subscription,
            @Nullable UUID donation,
            @Nullable String customer,
            Instant at)
            implements StripeEvent {}

    /// Which PaymentIntent paid an invoice: the only link between a subscription and its charges.
    record InvoicePaymentPaid(
            String invoicePayment, String invoice, @Nullable String paymentIntent, Instant at) implements StripeEvent {}

    /// A subscription, as it stood when Stripe told.
    ///
    /// @param created whether this tells of its making: loses against any other news of the same second
    /// @param status Stripe's word
    /// @param price what each period costs
    /// @param interval Stripe's word: `month` or `year`
    /// @param periodEnd until when it is paid for; null before the first invoice
    /// @param cancelAt when it will end, if an end is planned
    record SubscriptionChanged(
            String subscription,
            boolean created,
            @Nullable UUID donation,
            String customer,
            String status,
            Money price,
            String interval,
            @Nullable Instant periodEnd,
            @Nullable Instant cancelAt,
            @Nullable Instant endedAt,
            Instant at)
            implements StripeEvent {}
}
