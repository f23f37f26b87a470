package press.mainstay.mail;

import java.util.List;
import press.mainstay.shared.EmailAddress;

/// What lies in the bounce mailbox, once it is read.
sealed interface Returned {

    /// A report that a mail failed, or was called spam.
    record Failed(BounceNotice notice) implements Returned {}

    /// A report of nothing that we act on: a delay, a success, a mail that was called no spam after all.
    record Harmless() implements Returned {}

    /// No report.
    ///
    /// @param to where it was sent, by its headers
    /// @param automatic written by no person: an absence note
    record Plain(List<EmailAddress> to, boolean automatic) implements Returned {}

    /// It calls itself a report, and cannot be read as one.
    record Unreadable() implements Returned {}
}
