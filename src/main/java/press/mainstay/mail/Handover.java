package press.mainstay.mail;

/// What became of handing a letter to the mail server. The codes hold classes and reply codes, never an address.
sealed interface Handover {

    record Accepted() implements Handover {}

    /// Certainly not accepted, and no use to try again.
    record Refused(String code) implements Handover {}

    /// Certainly not accepted; a later try may succeed.
    record NotSent(String code) implements Handover {}

    /// The server had all of it, and its answer is missing (RFC 1047).
    record InDoubt(String code) implements Handover {}
}
