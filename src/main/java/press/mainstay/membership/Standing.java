package press.mainstay.membership;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a membership stands, in our words, and what it may become.
public enum Standing {
    /// The first payment is still to come.
    STARTING,
    ACTIVE,
    /// A payment failed and is tried again; the member keeps all that members have.
    LATE,
    /// It goes on, and nothing is collected.
    PAUSED,
    /// Paid, and it will end on a day that is known.
    ENDING,
    /// Ended by choice.
    ENDED,
    /// Ended by failed payment. Where Stripe keeps the subscription as unpaid, a payment can bring it back.
    LAPSED,
    /// The first payment never came.
    NEVER_STARTED;

    /// @param status Stripe's word
    /// @param collectionPaused it is active, but its invoices are not collected
    /// @param endReason Stripe's word, where it has ended
    /// @see <a href="https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses">Statuses</a>
    static Standing of(String status, boolean collectionPaused, boolean endPlanned, @Nullable String endReason) {
        return switch (status) {
            case "incomplete" -> STARTING;
            case "incomplete_expired" -> NEVER_STARTED;
            case "past_due" -> LATE;
            case "unpaid" -> LAPSED;
            case "paused" -> PAUSED;
            case "canceled" ->
                "payment_failed".equals(endReason) || "payment_disputed".equals(endReason) ? LAPSED : ENDED;
            default -> {
                if (collectionPaused) {
                    yield PAUSED;
                }
                yield endPlanned ? ENDING : ACTIVE;
            }
        };
    }

    /// The word in the database: `never_started`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Standing of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /// Whether whoever stands so is a member.
    public boolean isMember() {
        return switch (this) {
            case ACTIVE, LATE, PAUSED, ENDING -> true;
            case STARTING, ENDED, LAPSED, NEVER_STARTED -> false;
        };
    }

    boolean mayBecome(Standing next) {
        return next == this || successors().contains(next);
    }

    private Set<Standing> successors() {
        return switch (this) {
            case STARTING -> Set.of(ACTIVE, LATE, PAUSED, ENDING, ENDED, LAPSED, NEVER_STARTED);
            case ACTIVE, LATE, PAUSED, ENDING -> Set.of(ACTIVE, LATE, PAUSED, ENDING, ENDED, LAPSED);
            case LAPSED -> Set.of(ACTIVE, LATE, PAUSED, ENDING, ENDED);
            case ENDED, NEVER_STARTED -> Set.of();
        };
    }

    /// Why it became so, in a word for the database.
    ///
    /// @param before null: this is how it began
    String why(@Nullable Standing before) {
        if (before == null) {
            return "started";
        }
        if (before == this) {
            return "amount_changed";
        }
        return switch (this) {
            case STARTING -> "started";
            case LATE -> "payment_failed";
            case PAUSED -> "paused";
            case ENDING -> "end_planned";
            case ENDED -> "ended_by_choice";
            case LAPSED -> "ended_by_failed_payment";
            case NEVER_STARTED -> "never_started";
            case ACTIVE ->
                switch (before) {
                    case STARTING -> "first_payment";
                    case LATE, LAPSED -> "payment_recovered";
                    case PAUSED -> "resumed";
                    case ENDING -> "end_withdrawn";
                    default -> throw new IllegalStateException(before + " cannot become " + this);
                };
        };
    }
}
