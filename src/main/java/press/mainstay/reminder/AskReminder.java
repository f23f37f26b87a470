package press.mainstay.reminder;

import java.time.ZoneId;
import java.util.Locale;
import press.mainstay.donation.Choice;
import press.mainstay.shared.EmailAddress;

/// What a reader asks for. Made by `ReminderForm` only, which has read and checked it.
///
/// @param source the form that was filled in
/// @param words that stood beside the consent box
record AskReminder(
        EmailAddress email,
        Schedule schedule,
        ZoneId zone,
        Choice choice,
        Locale locale,
        String source,
        String words) {}
