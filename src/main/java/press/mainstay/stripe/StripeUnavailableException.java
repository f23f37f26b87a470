package press.mainstay.stripe;

import org.jspecify.annotations.Nullable;

/// Stripe gave no answer that we can use within our patience. Whether it did what we asked is not known; no page was
/// opened to a reader, so nothing was charged.
public class StripeUnavailableException extends RuntimeException {

    /// @param call what was asked, such as `checkout.sessions.create`
    /// @param reason a code or class name; never Stripe's message, which may quote what was sent
    StripeUnavailableException(String call, String reason, @Nullable Throwable cause) {
        super("Stripe gave no usable answer to " + call + ": " + reason, cause);
    }
}
