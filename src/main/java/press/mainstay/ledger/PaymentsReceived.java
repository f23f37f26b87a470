package press.mainstay.ledger;

import java.util.List;

/// Payments are booked, and it is known that they are gifts to the newsroom. Told within the transaction that
/// was the first to know both.
public record PaymentsReceived(List<Payment> payments) {}
