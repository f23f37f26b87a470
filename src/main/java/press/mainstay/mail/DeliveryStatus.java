package press.mainstay.mail;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How a mailing stands with one recipient. "Sent" means handed to the relay, never delivered.
public enum DeliveryStatus {
    WAITING,
    /// Not taken yet; tried again while there is time.
    DEFERRED,
    SENT,
    REFUSED,
    /// The relay may have it, or not.
    IN_DOUBT,
    /// Left the list, or closed, since the audience was frozen.
    SUPPRESSED,
    /// Was tried, and time ran out.
    EXPIRED,
    /// Was never tried, and time ran out.
    MISSED,
    CANCELLED;

    private static final List<DeliveryStatus> COUNTED =
            Arrays.stream(values()).filter(status -> status != WAITING).toList();

    /// The word in the database: `in_doubt`. For all but those who wait, `mailing_batch` has a column of this name.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DeliveryStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    static List<DeliveryStatus> counted() {
        return COUNTED;
    }
}
