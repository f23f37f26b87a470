package press.mainstay.ledger;

import java.time.Instant;
import press.mainstay.shared.Money;

/// Money that goes back to a reader.
///
/// @param status Stripe's word
/// @param happenedAt when it was made
public record Refund(String id, String charge, Money amount, String status, Instant happenedAt) {

    /// Whether the reader has the money, or will have it.
    public boolean arrives() {
        return status.equals("succeeded") || status.equals("pending");
    }
}
