package press.mainstay.reminder;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter;
import press.mainstay.mail.Notice;
import press.mainstay.mail.SuppressionService;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.reminder.ReminderLinks.Act;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.OptIn;
import press.mainstay.supporter.OptInService;

/// Asks the owner of an address whether it was they who asked for a reminder. Nothing in it was typed by whoever
/// did.
@Component
class ConfirmationLetter implements Letter {

    static final String KIND = "reminder-confirmation";

    private final ReminderService reminders;
    private final OptInService optIns;
    private final SuppressionService suppressions;
    private final ReminderLinks links;
    private final Notice notice;
    private final MessageSource texts;

    ConfirmationLetter(
            ReminderService reminders,
            OptInService optIns,
            SuppressionService suppressions,
            ReminderLinks links,
            Notice notice,
            MessageSource texts) {
        this.reminders = reminders;
        this.optIns = optIns;
        this.suppressions = suppressions;
        this.links = links;
        this.notice = notice;
        this.texts = texts;
    }

    @Override
    public String kind() {
        return KIND;
    }

    /// Who left the reminders may come back; who called them spam is not asked by a form that anybody can fill in.
    @Override
    public Optional<String> objection(@Nullable UUID supporter, String optIn) {
        return optIns.find(UUID.fromString(optIn))
                .flatMap(asked -> suppressions.stops(asked.emailHash(), MailList.REMINDERS))
                .filter(reason -> reason != Reason.UNSUBSCRIBED)
                .map(Reason::word);
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String about) {
        var optIn = UUID.fromString(about);
        return optIns.find(optIn).flatMap(asked -> reminders.byOptIn(optIn).map(reminder -> content(asked, reminder)));
    }

    private Content content(OptIn asked, Reminder reminder) {
        var locale = reminder.locale();
        var text = reminder.repeats() ? "reminder.confirmation.repeating" : "reminder.confirmation.once";
        return notice.write(
                asked.email(),
                locale,
                texts.getMessage("reminder.confirmation.subject", null, locale),
                texts.getMessage(text, new Object[] {ReminderDates.format(reminder.dueOn(), locale)}, locale),
                Map.of(),
                Map.of(
                        texts.getMessage("reminder.confirmation.link", null, locale),
                        links.to(Act.CONFIRM, reminder.id(), locale)));
    }
}
