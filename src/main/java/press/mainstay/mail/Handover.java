package press.mainstay.mail;

import org.jspecify.annotations.Nullable;

/// What became of handing a mail to the relay. `SmtpReply` decides. The codes hold steps, classes and reply codes,
/// never an address.
sealed interface Handover {

    record Accepted() implements Handover {}

    /// Certainly not accepted, and no use to try again.
    ///
    /// @param why what it says of the recipient's address; null where it says nothing of it
    record Refused(String code, @Nullable DeliveryCode why) implements Handover {}

    /// Certainly not accepted; a later try may succeed, and other mails may pass meanwhile.
    ///
    /// @param ours the relay has something against us, not against the recipient
    record NotSent(String code, boolean ours) implements Handover {}

    /// Certainly not accepted, since nothing passes the relay at present.
    record RelayFault(String code) implements Handover {}

    /// The relay had all of it, and its answer is missing (RFC 1047).
    record InDoubt(String code) implements Handover {}
}
