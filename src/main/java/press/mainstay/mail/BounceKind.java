package press.mainstay.mail;

import java.util.Locale;

/// Why a mail came back, by what follows from it.
enum BounceKind {
    /// There is no such mailbox, and there will be none.
    HARD,
    /// The mailbox takes no mail at present, or the reason was not told.
    SOFT,
    /// Our server, our domain or our words are not liked: that tells nothing of the address.
    POLICY,
    /// It was delivered, and called spam.
    COMPLAINT;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
