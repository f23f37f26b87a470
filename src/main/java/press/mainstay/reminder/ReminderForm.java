package press.mainstay.reminder;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import press.mainstay.donation.Choice;
import press.mainstay.shared.EmailAddress;

/// What somebody typed into the form, right or wrong, so that nothing is lost when something is missing.
///
/// | Field | What |
/// |---|---|
/// | `email` | where the letter goes |
/// | `when` | see [Schedule#read]; or `date`: then the field `date` counts |
/// | `date` | an ISO date |
/// | `consent` | ticked: anything but empty and `false` |
/// | `zone` | the reader's, from the browser |
/// | `source` | which form it is: `support`, `thanks`, `back` |
/// | `frequency`, `amount`, `currency`, `campaign`, `component`, `article` | the choice on the support page |
///
/// @param address empty if what was typed is none
/// @param schedule empty if the day is missing, over or too far away
record ReminderForm(
        String email,
        String when,
        String date,
        boolean consent,
        ZoneId zone,
        String source,
        Choice choice,
        Optional<EmailAddress> address,
        Optional<Schedule> schedule) {

    private static final int LONGEST = 320;

    /// @param today where the reader is
    static ReminderForm of(Map<String, String> fields, Choice choice, ZoneId zone, LocalDate today) {
        var when = cut(fields.getOrDefault("when", ""));
        var date = cut(fields.getOrDefault("date", ""));
        var email = cut(fields.getOrDefault("email", ""));
        var consent = fields.getOrDefault("consent", "");
        var source = fields.getOrDefault("source", "");
        return new ReminderForm(
                email,
                when,
                date,
                !consent.isBlank() && !consent.equals("false"),
                zone,
                source.matches("[a-z0-9._-]{1,64}") ? source : "support",
                choice,
                address(email),
                Schedule.read(when.equals("date") ? date.strip() : when.strip(), today));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST));
    }

    private static Optional<EmailAddress> address(String typed) {
        try {
            return Optional.of(new EmailAddress(typed));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    public boolean emailWrong() {
        return address.isEmpty();
    }

    public boolean whenWrong() {
        return schedule.isEmpty();
    }

    public boolean consentMissing() {
        return !consent;
    }

    /// @param words that stood beside the consent box
    /// @return the command, if nothing is missing or wrong
    Optional<AskReminder> command(Locale locale, String words) {
        return consent
                ? address.flatMap(
                        to -> schedule.map(days -> new AskReminder(to, days, zone, choice, locale, source, words)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "ReminderForm of " + source;
    }
}
