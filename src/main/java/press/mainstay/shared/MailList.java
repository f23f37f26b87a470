package press.mainstay.shared;

import java.util.Locale;

/// What a reader may sign up for and leave, each apart from the other. Receipts and other letters about a person's
/// own doings belong to no list.
public enum MailList {
    REMINDERS,
    NEWSLETTER;

    /// The word used in addresses and the database: `reminders`, `newsletter`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException if the word names no list
    public static MailList of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
