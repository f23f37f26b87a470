package press.mainstay.mail;

import org.jspecify.annotations.Nullable;

/// What became of handing a letter to the mail server. The codes hold classes and reply codes, never an address.
sealed interface Handover {

    record Accepted() implements Handover {}

    /// Certainly not accepted, and no use to try again.
    ///
    /// @param why what it says of the address; null where it says nothing of it
    record Refused(String code, @Nullable DeliveryCode why) implements Handover {}

    /// Certainly not accepted; a later try may succeed.
    record NotSent(String code) implements Handover {}

    /// The server had all of it, and its answer is missing (RFC 1047).
    record InDoubt(String code) implements Handover {}
}
