package press.mainstay.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Days and months as readers count them, for every day of ten years with three leap days.
class ScheduleTests {

    private static final List<String> WORDS =
            List.of("1-month", "3-months", "6-months", "every-month", "every-3-months", "every-year");

    private static Stream<LocalDate> everyDay() {
        return LocalDate.of(2024, 1, 1).datesUntil(LocalDate.of(2034, 1, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31, 1-month, 2026-02-28",
        "2028-01-31, 1-month, 2028-02-29",
        "2026-12-31, 1-month, 2027-01-31",
        "2026-07-31, 3-months, 2026-10-31",
        "2026-08-31, 6-months, 2027-02-28",
        "2026-11-30, 3-months, 2027-02-28",
        "2028-02-29, every-year, 2029-02-28",
        "2026-03-31, every-month, 2026-04-30"
    })
    void monthEndsAreClampedAndNeverRunOverIntoTheNextMonth(LocalDate today, String when, LocalDate dueOn) {
        assertThat(Schedule.read(when, today))
                .hasValueSatisfying(schedule -> assertThat(schedule.dueOn()).isEqualTo(dueOn));
    }

    @Test
    void whateverTheDayTheMonthIsTheOneThatWasAskedFor() {
        everyDay().forEach(today -> {
            for (var word : WORDS) {
                var months = switch (word) {
                    case "1-month", "every-month" -> 1;
                    case "3-months", "every-3-months" -> 3;
                    case "6-months" -> 6;
                    default -> 12;
                };
                var dueOn = Schedule.read(word, today).orElseThrow().dueOn();
                var month = YearMonth.from(today).plusMonths(months);
                assertThat(YearMonth.from(dueOn)).as(today + " " + word).isEqualTo(month);
                assertThat(dueOn.getDayOfMonth())
                        .as(today + " " + word)
                        .isEqualTo(Math.min(today.getDayOfMonth(), month.lengthOfMonth()));
            }
        });
    }

    @Test
    void aRepeatingReminderKeepsItsDayAfterAShorterMonth() {
        everyDay().filter(day -> day.getDayOfMonth() > 27).forEach(asked -> {
            for (var every : List.of(1, 3, 12)) {
                var last = asked;
                for (var number = 1; number <= 12; number++) {
                    var next = Schedule.next(asked, every, last);
                    assertThat(next).isEqualTo(asked.plusMonths((long) every * number));
                    last = next;
                }
            }
        });
    }

    @Test
    void afterADayThatWasMovedItGoesOnWithTheNextOfItsOwn() {
        assertThat(Schedule.next(LocalDate.of(2026, 1, 31), 1, LocalDate.of(2026, 3, 5)))
                .isEqualTo(LocalDate.of(2026, 3, 31));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2-months",
                "every-week",
                "yesterday",
                "2026-02-30",
                "2026-11-25",
                "2026-11-24",
                "2028-05-26",
                "31.12.2026"
            })
    void whatIsNoDayBetweenTomorrowAndEighteenMonthsIsRefused(String when) {
        assertThat(Schedule.read(when, LocalDate.of(2026, 11, 25))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-26", "2027-02-28", "2028-02-29", "2028-05-25"})
    void anyDayBetweenTomorrowAndEighteenMonthsMayBeChosen(String day) {
        assertThat(Schedule.read(day, LocalDate.of(2026, 11, 25))).contains(new Schedule(LocalDate.parse(day), null));
    }

    /// Riga and New York change clocks in spring and autumn, Lord Howe by half an hour, Apia jumped over a whole
    /// day.
    @ParameterizedTest
    @ValueSource(
            strings = {"Europe/Riga", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"
            })
    void aDayIsDueOnceAtHalfPastNineThereAndNotBefore(String name) {
        var zone = ZoneId.of(name);
        Stream.concat(everyDay(), LocalDate.of(2011, 12, 1).datesUntil(LocalDate.of(2012, 2, 1)))
                .forEach(day -> {
                    var due = Schedule.dueAt(day, zone);
                    assertThat(Schedule.latestDue(due.minusSeconds(1), zone))
                            .as(day + " " + zone)
                            .isBefore(day);
                    assertThat(Schedule.latestDue(due, zone))
                            .as(day + " " + zone)
                            .isAfterOrEqualTo(day);
                    if (zone.getRules().getValidOffsets(day.atTime(9, 30)).size() == 1) {
                        assertThat(due.atZone(zone).toLocalDateTime()).isEqualTo(day.atTime(9, 30));
                    }
                });
    }

    @Test
    void aDayThatAZoneSkipsIsDueOnTheNext() {
        var apia = ZoneId.of("Pacific/Apia");

        assertThat(Schedule.dueAt(LocalDate.of(2011, 12, 30), apia).atZone(apia).toLocalDate())
                .isEqualTo(LocalDate.of(2011, 12, 31));
    }

    /// No zone of today changes its clocks at half past nine, but one might.
    @Test
    void aTimeThatClocksJumpOverIsAsMuchLaterAndOneThatComesTwiceIsTheFirst() {
        var spring = ZoneOffsetTransition.of(
                LocalDateTime.of(2027, 3, 28, 9, 0), ZoneOffset.ofHours(2), ZoneOffset.ofHours(3));
        var autumn = ZoneOffsetTransition.of(
                LocalDateTime.of(2027, 10, 31, 10, 0), ZoneOffset.ofHours(3), ZoneOffset.ofHours(2));
        ChangingZone.rules(ZoneRules.of(
                ZoneOffset.ofHours(2), ZoneOffset.ofHours(2), List.of(), List.of(spring, autumn), List.of()));
        var zone = ZoneId.of(ChangingZone.ID);

        assertThat(Schedule.dueAt(LocalDate.of(2027, 3, 28), zone)).isEqualTo("2027-03-28T07:30:00Z");
        assertThat(Schedule.dueAt(LocalDate.of(2027, 10, 31), zone)).isEqualTo("2027-10-31T06:30:00Z");
        assertThat(Schedule.latestDue(Instant.parse("2027-10-31T07:15:00Z"), zone))
                .as("a quarter past nine for the second time")
                .isEqualTo("2027-10-31");
    }
}
