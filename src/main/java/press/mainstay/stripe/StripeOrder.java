package press.mainstay.stripe;

import java.time.Instant;

/// Where news of an object stands in Stripe's order, as one number to be stored and compared: the greater, the
/// later. The only place that compares times of events, since Stripe delivers them in any order and says only
/// the second.
///
/// 1. An end absorbs: whatever is told of a subscription that has ended, it has ended.
/// 2. A newer second wins.
/// 3. In the same second, news of the making loses against an answer of the API, which was stamped at the
///    second's beginning, and both lose against any other news.
/// 4. Then the state that can only come later wins: a paid invoice over an open one.
///
/// Two different states with equal order are in doubt: [StripeRefetch] asks how the object really stands.
///
/// @see <a href="https://docs.stripe.com/webhooks#event-ordering">Event ordering</a>
public record StripeOrder(long value) {

    private static final int RANK_BITS = 8;
    private static final int KIND_BITS = 2;
    private static final int SECOND_BITS = 40;
    private static final long KIND_MASK = ((1L << KIND_BITS) - 1) << RANK_BITS;

    /// How we came to know, in the order that decides within a second.
    enum Kind {
        MAKING,
        ANSWER,
        CHANGE
    }

    /// A state among those that an object goes through in one direction only.
    ///
    /// @param end nothing follows
    private record Rank(int value, boolean end) {}

    static StripeOrder ofSubscription(Instant second, Kind kind, String status) {
        return switch (status) {
            case "incomplete" -> of(second, kind, new Rank(0, false));
            case "canceled", "incomplete_expired" -> of(second, kind, new Rank(1, true));
            default -> of(second, kind, new Rank(1, false));
        };
    }

    /// @param attempts to collect: among open invoices, more are later
    static StripeOrder ofInvoice(Instant second, Kind kind, String status, int attempts) {
        var tried = Math.min(attempts, 31);
        return switch (status) {
            case "draft" -> of(second, kind, new Rank(0, false));
            case "open" -> of(second, kind, new Rank(32 + tried, false));
            case "uncollectible" -> of(second, kind, new Rank(64 + tried, false)); // may still be paid
            case "paid" -> of(second, kind, new Rank(96, false));
            case "void" -> of(second, kind, new Rank(97, true));
            default -> of(second, kind, new Rank(0, false));
        };
    }

    static StripeOrder ofCheckout(Instant second, Kind kind, StripeEvent.CheckoutChanged.Outcome outcome) {
        return switch (outcome) {
            case EXPIRED -> of(second, kind, new Rank(0, false));
            case UNPAID -> of(second, kind, new Rank(0, true));
            case FAILED -> of(second, kind, new Rank(1, true));
            case PAID -> of(second, kind, new Rank(2, true));
        };
    }

    static StripeOrder ofRefund(Instant second, Kind kind, String status) {
        return switch (status) {
            case "requires_action" -> of(second, kind, new Rank(0, false));
            case "pending" -> of(second, kind, new Rank(1, false));
            case "failed", "canceled" -> of(second, kind, new Rank(3, true));
            default -> of(second, kind, new Rank(2, false));
        };
    }

    static StripeOrder ofDispute(Instant second, Kind kind, String status) {
        return switch (status) {
            case "warning_needs_response" -> of(second, kind, new Rank(0, false));
            case "warning_under_review" -> of(second, kind, new Rank(1, false));
            case "needs_response" -> of(second, kind, new Rank(2, false));
            case "under_review" -> of(second, kind, new Rank(3, false));
            case "warning_closed", "won", "lost", "prevented" -> of(second, kind, new Rank(4, true));
            default -> of(second, kind, new Rank(0, false));
        };
    }

    static StripeOrder ofCustomer(Instant second, Kind kind) {
        return of(second, kind, new Rank(0, false));
    }

    /// Stripe's second of the news.
    public Instant second() {
        return Instant.ofEpochSecond((value >> (RANK_BITS + KIND_BITS)) & ((1L << SECOND_BITS) - 1));
    }

    /// Whether, told in the same second, nothing but their contents could tell which of both is later.
    public boolean rivals(StripeOrder other) {
        return kind() != Kind.MAKING.ordinal()
                && other.kind() != Kind.MAKING.ordinal()
                && (value | KIND_MASK) == (other.value | KIND_MASK);
    }

    /// Whether nothing follows.
    public boolean end() {
        return value >> (RANK_BITS + KIND_BITS + SECOND_BITS) != 0;
    }

    /// Whether this is what the API answered, at the beginning of that second or before it.
    public boolean answer() {
        return kind() == Kind.ANSWER.ordinal();
    }

    private long kind() {
        return (value & KIND_MASK) >> RANK_BITS;
    }

    private static StripeOrder of(Instant second, Kind kind, Rank rank) {
        return new StripeOrder((rank.end() ? 1L : 0) << (RANK_BITS + KIND_BITS + SECOND_BITS)
                | second.getEpochSecond() << (RANK_BITS + KIND_BITS)
                | (long) kind.ordinal() << RANK_BITS
                | rank.value());
    }
}
