package press.mainstay.stripe;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Money;

/// What Stripe tells us, in our words: by an event, or as an answer to a question of ours. Each says how an
/// object stood, and by its `order` when. `donation` is the id that we gave along when Checkout was opened.
/// Times are Stripe's, in whole seconds.
public sealed interface StripeEvent {

    /// Whether it belongs to another application on the same Stripe account.
    default boolean foreign() {
        return false;
    }

    /// A payment page is over.
    ///
    /// @param customer always there for completed sessions that we opened
    record CheckoutChanged(
            String session,
            @Nullable UUID donation,
            @Nullable String customer,
            @Nullable String subscription,
            @Nullable EmailAddress email,
            Locale locale,
            Outcome outcome,
            StripeOrder order)
            implements StripeEvent {

        public enum Outcome {
            EXPIRED,
            /// Completed, while a bank takes its days.
            UNPAID,
            /// Completed, and then the bank refused.
            FAILED,
            PAID;

            /// As the database has it.
            public String word() {
                return name().toLowerCase(Locale.ROOT);
            }

            /// Whether the reader has been through the page.
            public boolean completed() {
                return this != EXPIRED;
            }
        }

        @Override
        public boolean foreign() {
            return donation == null;
        }
    }

    /// A succeeded charge: told when it succeeds, and again when its balance transaction is known.
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

    /// An invoice of a subscription.
    ///
    /// @param donation from the subscription's metadata
    /// @param customerEmail only where there is no donation, so that a subscription made in the Dashboard has a
    ///     person
    /// @param status Stripe's word
    /// @param due what is to be paid by it; less than the price where a credit pays a part
    /// @param attempts to collect, so far
    /// @param nextAttempt null: Stripe does not try again
    /// @param tells what this news is about, beside how the invoice stands
    record InvoiceChanged(
            String invoice,
            @Nullable String subscription,
            @Nullable UUID donation,
            @Nullable String customer,
            @Nullable EmailAddress customerEmail,
            boolean foreign,
            String status,
            Money due,
            int attempts,
            @Nullable Instant nextAttempt,
            @Nullable Instant paidAt,
            @Nullable Instant periodFrom,
            @Nullable Instant periodUntil,
            Tells tells,
            StripeOrder order)
            implements StripeEvent {

        public enum Tells {
            PAYMENT_FAILED,
            ACTION_REQUIRED,
            STATUS
        }
    }

    /// Which PaymentIntent paid an invoice: the only link between a subscription and its charges.
    ///
    /// @param paymentIntent null where it was paid outside of Stripe
    record InvoicePaymentPaid(
            String invoicePayment, String invoice, @Nullable String paymentIntent) implements StripeEvent {}

    /// A subscription.
    ///
    /// @param source Stripe's event id, or what else makes this news one of its kind
    /// @param via whether an event told, an answer to a question, or the first import
    /// @param status Stripe's word
    /// @param collectionPaused it goes on, but its invoices are not collected
    /// @param price what each period costs
    /// @param yearly the same for a year, in minor units
    /// @param interval Stripe's word: `month` or `year`
    /// @param startedAt when it began
    /// @param periodEnd until when it is paid for; null before the first invoice
    /// @param cancelAt when it will end, if an end is planned
    /// @param canceledAt when the end was asked for
    /// @param endReason Stripe's word
    record SubscriptionChanged(
            String subscription,
            String source,
            Via via,
            boolean foreign,
            @Nullable UUID donation,
            String customer,
            String status,
            boolean collectionPaused,
            Money price,
            long yearly,
            String interval,
            Instant startedAt,
            @Nullable Instant periodEnd,
            @Nullable Instant cancelAt,
            @Nullable Instant canceledAt,
            @Nullable Instant endedAt,
            @Nullable String endReason,
            StripeOrder order)
            implements StripeEvent {

        public enum Via {
            EVENT,
            ANSWER,
            IMPORT
        }
    }

    /// Money that goes back to a reader.
    ///
    /// @param status Stripe's word
    /// @param failureBalanceTransaction brought it back, if it could not be delivered
    /// @param at when the refund was made
    record RefundChanged(
            String refund,
            String charge,
            Money amount,
            String status,
            @Nullable String balanceTransaction,
            @Nullable String failureBalanceTransaction,
            Instant at,
            StripeOrder order)
            implements StripeEvent {}

    /// A reader's bank asks for a charge back, or asks about it.
    ///
    /// @param reason Stripe's word
    /// @param status Stripe's word
    /// @param moves the money that it has moved so far: none for an inquiry
    record DisputeChanged(
            String dispute,
            String charge,
            Money amount,
            @Nullable String reason,
            String status,
            List<BalanceTransaction> moves,
            Instant at,
            StripeOrder order)
            implements StripeEvent {}

    /// Money that moved on our Stripe balance.
    ///
    /// @param source what moved it: ch_…, py_…, re_…, pyr_…, du_…
    /// @param category Stripe's `reporting_category`
    /// @param amount in the currency of the balance, before the fee; negative where money leaves
    /// @param fee in the same currency; negative where Stripe gives it back
    /// @see <a href="https://docs.stripe.com/api/balance_transactions/object">The Balance Transaction
    /// object</a>
    record BalanceTransaction(String id, String source, String category, Money amount, Money fee, Instant at)
            implements StripeEvent {}

    /// A customer of Stripe.
    ///
    /// @param email null if there is none, or it is none
    record CustomerChanged(String customer, @Nullable EmailAddress email, boolean deleted, StripeOrder order)
            implements StripeEvent {}
}
