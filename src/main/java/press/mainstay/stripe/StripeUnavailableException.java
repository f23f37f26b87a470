package press.mainstay.stripe;

/// Stripe gave no answer that we can use within our patience. Whether it did what we asked is not known; no page was
/// opened to a reader, so nothing was charged.
public class StripeUnavailableException extends RuntimeException {

    /// Without a cause: Stripe's messages may quote what was sent, and would end in the log.
    ///
    /// @param call what was asked, such as `checkout.sessions.create`
    /// @param reason codes and class names
    StripeUnavailableException(String call, String reason) {
        super("Stripe gave no usable answer to " + call + ": " + reason);
    }
}
