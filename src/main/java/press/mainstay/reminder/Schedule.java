package press.mainstay.reminder;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// When to remind: on one day, or again and again.
///
/// @param everyMonths 1, 3 or 12; null: once
record Schedule(LocalDate dueOn, @Nullable Integer everyMonths) {

    /// In the morning of the reader's day. Where clocks jump over that time, it is as much later.
    private static final LocalTime AT = LocalTime.of(9, 30);

    private static final int MOST_MONTHS = 18;

    /// @param when `1-month`, `3-months`, `6-months`, `every-month`, `every-3-months`, `every-year` or an ISO date
    /// @param today where the reader is
    /// @return empty for anything else, and for days that are over or more than 18 months away
    static Optional<Schedule> read(String when, LocalDate today) {
        return switch (when) {
            case "1-month" -> Optional.of(once(today.plusMonths(1)));
            case "3-months" -> Optional.of(once(today.plusMonths(3)));
            case "6-months" -> Optional.of(once(today.plusMonths(6)));
            case "every-month" -> Optional.of(every(1, today));
            case "every-3-months" -> Optional.of(every(3, today));
            case "every-year" -> Optional.of(every(12, today));
            default -> onDay(when, today);
        };
    }

    private static Optional<Schedule> onDay(String when, LocalDate today) {
        try {
            var day = LocalDate.parse(when);
            return day.isAfter(today) && !day.isAfter(latest(today)) ? Optional.of(once(day)) : Optional.empty();
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static Schedule once(LocalDate day) {
        return new Schedule(day, null);
    }

    private static Schedule every(int months, LocalDate today) {
        return new Schedule(today.plusMonths(months), months);
    }

    static LocalDate earliest(LocalDate today) {
        return today.plusDays(1);
    }

    static LocalDate latest(LocalDate today) {
        return today.plusMonths(MOST_MONTHS);
    }

    /// @param countedFrom the day of the month that was asked for, which February may not have
    /// @return the first day after `last`
    static LocalDate next(LocalDate countedFrom, int everyMonths, LocalDate last) {
        var day = countedFrom;
        for (var months = everyMonths; !day.isAfter(last); months += everyMonths) {
            day = countedFrom.plusMonths(months);
        }
        return day;
    }

    /// The moment that a day's letter is due, by the rules that the zone has now.
    static Instant dueAt(LocalDate day, ZoneId zone) {
        return ZonedDateTime.of(day, AT, zone).toInstant();
    }

    /// @return the latest day whose letters are due by now
    static LocalDate latestDue(Instant now, ZoneId zone) {
        var day = now.atZone(zone).toLocalDate();
        while (dueAt(day, zone).isAfter(now)) {
            day = day.minusDays(1);
        }
        return day;
    }
}
