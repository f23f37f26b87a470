package press.mainstay.reminder;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;
import press.mainstay.donation.DonationService;
import press.mainstay.donation.SupportLinks;
import press.mainstay.mail.Letter;
import press.mainstay.mail.Notice;
import press.mainstay.mail.UnsubscribeLinks;
import press.mainstay.membership.MembershipService;
import press.mainstay.reminder.Reminder.Status;
import press.mainstay.reminder.ReminderLinks.Act;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.Supporter;
import press.mainstay.supporter.SupporterService;

/// The reminder itself. Whoever has given since they asked for it, or is a member, is not asked again: that is
/// decided by the books at the moment of sending.
@Component
class ReminderLetter implements Letter {

    static final String KIND = "reminder";

    private final ReminderService reminders;
    private final SupporterService supporters;
    private final DonationService donations;
    private final MembershipService memberships;
    private final SupportLinks supportLinks;
    private final UnsubscribeLinks unsubscribeLinks;
    private final ReminderLinks links;
    private final Notice notice;
    private final MessageSource texts;

    ReminderLetter(
            ReminderService reminders,
            SupporterService supporters,
            DonationService donations,
            MembershipService memberships,
            SupportLinks supportLinks,
            UnsubscribeLinks unsubscribeLinks,
            ReminderLinks links,
            Notice notice,
            MessageSource texts) {
        this.reminders = reminders;
        this.supporters = supporters;
        this.donations = donations;
        this.memberships = memberships;
        this.supportLinks = supportLinks;
        this.unsubscribeLinks = unsubscribeLinks;
        this.links = links;
        this.notice = notice;
        this.texts = texts;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<MailList> list() {
        return Optional.of(MailList.REMINDERS);
    }

    @Override
    public Optional<String> objection(@Nullable UUID supporter, String about) {
        var person = Objects.requireNonNull(supporter);
        var reminder = reminders.find(UUID.fromString(about)).orElseThrow();
        if (reminder.status() != Status.DUE) {
            return Optional.of(Objects.requireNonNullElse(reminder.reason(), "stopped"));
        }
        if (supporters.find(person).isEmpty()) {
            return Optional.of("erased");
        }
        if (memberships.isMember(person)) {
            return Optional.of("member");
        }
        return donations.hasGivenSince(person, reminder.askedAt()) ? Optional.of("gave") : Optional.empty();
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String about) {
        var person = supporters.find(Objects.requireNonNull(supporter));
        return reminders.find(UUID.fromString(about)).flatMap(reminder -> person.map(to -> content(reminder, to)));
    }

    private Content content(Reminder reminder, Supporter to) {
        var locale = reminder.locale();
        var named = new LinkedHashMap<String, URI>();
        named.put(text("reminder.letter.link", locale), supportLinks.to(reminder.choice(), locale));
        named.put(text("reminder.letter.change", locale), links.to(Act.CHANGE, reminder.id(), locale));
        if (reminder.repeats()) {
            named.put(text("reminder.letter.stop", locale), links.to(Act.STOP, reminder.id(), locale));
        }
        named.put(text("reminder.letter.stop-all", locale), unsubscribeLinks.to(to.id(), MailList.REMINDERS, locale));
        var askedOn = reminder.askedAt().atZone(reminder.zone()).toLocalDate();
        return notice.write(
                to.email(),
                locale,
                text("reminder.letter.subject", locale),
                text(
                        reminder.repeats() ? "reminder.letter.repeating" : "reminder.letter.once",
                        locale,
                        ReminderDates.format(askedOn, locale)),
                Map.of(),
                named);
    }

    private String text(String key, Locale locale, Object... arguments) {
        return texts.getMessage(key, arguments, locale);
    }
}
