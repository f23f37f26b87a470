package press.mainstay.reminder;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.donation.Choice;

/// A letter that was asked for.
///
/// @param optIn until it is confirmed
/// @param supporter once it is confirmed
/// @param everyMonths null: once
/// @param countedFrom of a repeating one: the day of the month that was asked for, which February may not have
/// @param number which letter of a repeating one it is, from 1
/// @param choice as the support page was left, with this reminder as where the reader comes from
record Reminder(
        UUID id,
        @Nullable UUID optIn,
        @Nullable UUID supporter,
        Status status,
        @Nullable String reason,
        LocalDate dueOn,
        ZoneId zone,
        @Nullable Integer everyMonths,
        @Nullable LocalDate countedFrom,
        int number,
        Choice choice,
        Locale locale,
        Instant askedAt) {

    enum Status {
        /// Nobody has confirmed it.
        ASKED,
        WAITING,
        /// A letter is promised.
        DUE,
        /// Whatever became of the letter.
        DONE,
        STOPPED
    }

    public boolean repeats() {
        return everyMonths != null;
    }
}
