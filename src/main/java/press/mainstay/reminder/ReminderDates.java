package press.mainstay.reminder;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;
import press.mainstay.newsroom.NewsroomProperties;

/// The days to choose from, as a page prints them.
@Component
public class ReminderDates {

    private static final List<String> ONCE = List.of("1-month", "3-months", "6-months");
    private static final List<String> AFTER_A_GIFT =
            List.of("every-month", "every-3-months", "every-year", "3-months", "6-months");
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

    private final Clock clock;
    private final ZoneId newsroomZone;

    ReminderDates(Clock clock, NewsroomProperties newsroom) {
        this.clock = clock;
        this.newsroomZone = newsroom.zone();
    }

    /// The form stands on pages of other packages.
    @Autowired
    void offerTo(ThymeleafViewResolver pages) {
        pages.addStaticVariable("reminderDates", this);
    }

    /// @param when the form's word
    /// @param day the first letter's, as printed
    public record Offer(String when, String day) {}

    /// @param source the form: who has just given is offered to be asked again and again
    public List<Offer> offers(String source, Locale locale) {
        var today = today(newsroomZone);
        return (source.equals("thanks") ? AFTER_A_GIFT : ONCE)
                .stream()
                        .map(when -> new Offer(
                                when,
                                format(Schedule.read(when, today).orElseThrow().dueOn(), locale)))
                        .toList();
    }

    /// For a field of the type `date`.
    public LocalDate earliest() {
        return Schedule.earliest(today(newsroomZone));
    }

    /// @see #earliest
    public LocalDate latest() {
        return Schedule.latest(today(newsroomZone));
    }

    LocalDate today(ZoneId zone) {
        return clock.instant().atZone(zone).toLocalDate();
    }

    /// @param zone as the reader's browser names it
    /// @return the newsroom's where that says nothing to us
    ZoneId zone(@Nullable String zone) {
        return zone != null && ZONES.contains(zone) ? ZoneId.of(zone) : newsroomZone;
    }

    static String format(LocalDate day, Locale locale) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(locale)
                .format(day);
    }
}
