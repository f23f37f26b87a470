package press.mainstay.ledger;

/// A payment is booked, and Stripe has told which donation it belongs to. Told once a charge, within the transaction
/// that was the first to know both.
///
/// @param payment with its donation
public record PaymentReceived(Payment payment) {}
