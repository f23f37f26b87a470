package press.mainstay.reminder;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import press.mainstay.donation.SupportLinks;
import press.mainstay.guard.Guard;
import press.mainstay.guard.Verdict;
import press.mainstay.guard.Verdict.Admitted;
import press.mainstay.guard.Verdict.Silent;
import press.mainstay.guard.Verdict.TooMany;
import press.mainstay.newsroom.SeeOther;
import press.mainstay.reminder.ReminderLinks.Act;
import press.mainstay.reminder.ReminderLinks.Held;

/// "Remind me later": the form, and the pages behind the links in our letters. A page shows; only its button acts.
@Controller
@RequestMapping("/reminders")
class ReminderController {

    private final ReminderService reminders;
    private final Guard guard;
    private final ReminderLinks links;
    private final ReminderDates dates;
    private final SupportLinks supportLinks;
    private final MessageSource texts;

    ReminderController(
            ReminderService reminders,
            Guard guard,
            ReminderLinks links,
            ReminderDates dates,
            SupportLinks supportLinks,
            MessageSource texts) {
        this.reminders = reminders;
        this.guard = guard;
        this.links = links;
        this.dates = dates;
        this.supportLinks = supportLinks;
        this.texts = texts;
    }

    /// Whatever is known of the address, the answer is the same.
    @PostMapping
    ModelAndView ask(
            @RequestParam Map<String, String> fields,
            Locale locale,
            HttpServletRequest request,
            HttpServletResponse response) {
        notStored(response);
        var form = form(fields);
        var command = form.command(locale, words(locale));
        if (command.isEmpty()) {
            return new ModelAndView("reminder/form", Map.of("form", form), HttpStatus.UNPROCESSABLE_CONTENT);
        }
        return switch (admit(command.get(), fields, request)) {
            case TooMany tooMany -> {
                response.setHeader(
                        HttpHeaders.RETRY_AFTER,
                        String.valueOf(tooMany.retryAfter().toSeconds()));
                yield new ModelAndView(
                        "reminder/form", Map.of("form", form, "tooMany", tooMany), HttpStatus.TOO_MANY_REQUESTS);
            }
            case Admitted _, Silent _ -> SeeOther.to("/reminders/asked?lang=" + locale.toLanguageTag());
        };
    }

    /// The same for a script on the newsroom's own pages.
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> askByScript(
            @RequestBody Map<String, @Nullable Object> body,
            Locale locale,
            HttpServletRequest request,
            HttpServletResponse response) {
        notStored(response);
        var fields = body.entrySet().stream()
                .filter(field -> field.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, field -> String.valueOf(field.getValue())));
        var form = form(fields);
        var command = form.command(locale, words(locale));
        if (command.isEmpty()) {
            return ResponseEntity.unprocessableContent().body(Map.of("errors", errors(form, locale)));
        }
        return switch (admit(command.get(), fields, request)) {
            case TooMany tooMany ->
                ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
                        .header(
                                HttpHeaders.RETRY_AFTER,
                                String.valueOf(tooMany.retryAfter().toSeconds()))
                        .body(Map.of("message", text("guard.too-many", locale, tooMany.minutes())));
            case Admitted _, Silent _ ->
                ResponseEntity.accepted().body(Map.of("message", text("reminder.asked.text", locale)));
        };
    }

    private Verdict admit(AskReminder command, Map<String, String> fields, HttpServletRequest request) {
        var verdict = guard.admit(request, command.email(), fields.get("altcha"));
        if (verdict instanceof Admitted) {
            reminders.ask(command);
        }
        return verdict;
    }

    private ReminderForm form(Map<String, String> fields) {
        var zone = dates.zone(fields.get("zone"));
        return ReminderForm.of(fields, supportLinks.read(fields), zone, dates.today(zone));
    }

    private Map<String, String> errors(ReminderForm form, Locale locale) {
        var errors = new LinkedHashMap<String, String>();
        if (form.whenWrong()) {
            errors.put("when", text("reminder.error.when", locale));
        }
        if (form.emailWrong()) {
            errors.put("email", text("reminder.error.email", locale));
        }
        if (form.consentMissing()) {
            errors.put("consent", text("reminder.error.consent", locale));
        }
        return errors;
    }

    private String words(Locale locale) {
        return text("reminder.consent", locale) + " " + text("reminder.kept", locale);
    }

    /// Somebody reloads the page that showed an error.
    @GetMapping
    ModelAndView again(Locale locale) {
        return SeeOther.to("/?lang=" + locale.toLanguageTag() + "#reminder");
    }

    @GetMapping("/asked")
    ModelAndView asked(HttpServletResponse response) {
        notStored(response);
        return new ModelAndView("reminder/asked");
    }

    @GetMapping("/{token}")
    ModelAndView show(@PathVariable String token, Locale locale, HttpServletResponse response) {
        notStored(response);
        return page(token, locale, false);
    }

    private ModelAndView page(String token, Locale locale, boolean dayWrong) {
        var held = links.read(token);
        var found = held.flatMap(link -> reminders.find(link.reminder()));
        if (found.isEmpty()) {
            return new ModelAndView("reminder/invalid", HttpStatus.NOT_FOUND);
        }
        var reminder = found.get();
        var view = new ModelAndView(
                "reminder/" + held.get().act().name().toLowerCase(Locale.ROOT),
                Map.of(
                        "reminder", reminder,
                        "state", state(reminder),
                        "day", ReminderDates.format(reminder.dueOn(), locale),
                        "token", token,
                        "dayWrong", dayWrong));
        if (reminder.supporter() != null) {
            view.addObject("changeLink", links.to(Act.CHANGE, reminder.id(), locale));
            view.addObject("stopLink", links.to(Act.STOP, reminder.id(), locale));
        }
        if (dayWrong) {
            view.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        }
        return view;
    }

    /// `asked`, `waiting`, `written`, `stopped`, or why it could not be kept: `date_passed`, `same_month`.
    private static String state(Reminder reminder) {
        return switch (reminder.status()) {
            case ASKED -> "asked";
            case WAITING -> "waiting";
            case DUE, DONE -> "written";
            case STOPPED ->
                switch (reminder.reason()) {
                    case "date_passed", "same_month" -> reminder.reason();
                    case null, default -> "stopped";
                };
        };
    }

    @PostMapping("/{token}")
    ModelAndView act(
            @PathVariable String token,
            @RequestParam Map<String, String> fields,
            Locale locale,
            HttpServletResponse response) {
        notStored(response);
        return switch (links.read(token).orElse(null)) {
            case Held(Act act, var reminder)
            when act == Act.CONFIRM -> {
                reminders.confirm(reminder);
                yield backTo(links.to(act, reminder, locale));
            }
            case Held(Act act, var reminder)
            when act == Act.STOP -> {
                reminders.stop(reminder);
                yield backTo(links.to(act, reminder, locale));
            }
            case Held(Act _, var reminder) -> change(token, reminder, fields, locale);
            case null -> page(token, locale, false);
        };
    }

    private ModelAndView change(String token, UUID id, Map<String, String> fields, Locale locale) {
        var reminder = reminders.find(id);
        var when = fields.getOrDefault("when", "");
        return reminder.map(reminders::today)
                .flatMap(today -> Schedule.read(when.equals("date") ? fields.getOrDefault("date", "") : when, today))
                .map(Schedule::dueOn)
                .flatMap(day -> reminders.change(id, day))
                .map(kept -> backTo(links.to(Act.CHANGE, kept, locale)))
                .orElseGet(() -> page(token, locale, true));
    }

    private String text(String key, Locale locale, Object... arguments) {
        return texts.getMessage(key, arguments, locale);
    }

    private static ModelAndView backTo(URI page) {
        return SeeOther.to(page.getRawPath() + "?" + page.getRawQuery());
    }

    private static void notStored(HttpServletResponse response) {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
