package press.mainstay.shared;

import java.util.Locale;

/// How often a reader gives.
public enum Frequency {
    ONCE,
    MONTHLY,
    ANNUAL;

    /// The word used in forms, addresses, settings and the database: `once`, `monthly`, `annual`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException if the word names no frequency
    public static Frequency of(String word) {
        return valueOf(word.strip().toUpperCase(Locale.ROOT));
    }

    public boolean recurring() {
        return this != ONCE;
    }
}
