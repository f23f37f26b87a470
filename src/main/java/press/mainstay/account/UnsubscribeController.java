package press.mainstay.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import press.mainstay.guard.Guard;
import press.mainstay.guard.Verdict.Admitted;
import press.mainstay.guard.Verdict.TooMany;
import press.mainstay.mail.SuppressionService;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.mail.UnsubscribeLinks;
import press.mainstay.mail.UnsubscribeLinks.Holder;
import press.mainstay.newsroom.SeeOther;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.ConsentService;

/// Which letters a reader gets: the page behind the link in each, and a way to that link for who has none left.
/// Receipts and the like are no list and go on.
@Controller
@RequestMapping("/unsubscribe")
class UnsubscribeController {

    private static final String EVERYTHING = "everything";

    private final UnsubscribeLinks links;
    private final SuppressionService suppressions;
    private final ConsentService consents;
    private final ChoicesLetter letter;
    private final Guard guard;

    UnsubscribeController(
            UnsubscribeLinks links,
            SuppressionService suppressions,
            ConsentService consents,
            ChoicesLetter letter,
            Guard guard) {
        this.links = links;
        this.suppressions = suppressions;
        this.consents = consents;
        this.letter = letter;
        this.guard = guard;
    }

    @GetMapping("/{token}")
    ModelAndView choices(@PathVariable String token, HttpServletResponse response) {
        notStored(response);
        return links.read(token).map(holder -> choices(token, holder)).orElseGet(UnsubscribeController::invalidLink);
    }

    private ModelAndView choices(String token, Holder holder) {
        var subscribed = new EnumMap<MailList, Boolean>(MailList.class);
        for (var list : MailList.values()) {
            subscribed.put(list, consents.holds(holder.supporter(), list));
        }
        return new ModelAndView(
                "account/choices",
                Map.of(
                        "token", token,
                        "lists", subscribed,
                        "picked",
                                holder.list() == null
                                        ? EVERYTHING
                                        : holder.list().word()));
    }

    /// @param stop `reminders`, `newsletter` or `everything`
    @PostMapping("/{token}")
    ModelAndView leave(
            @PathVariable String token,
            @RequestParam(defaultValue = "") String stop,
            Locale locale,
            HttpServletResponse response) {
        notStored(response);
        var holder = links.read(token);
        if (holder.isEmpty()) {
            return invalidLink();
        }
        Arrays.stream(MailList.values())
                .filter(list -> stop.equals(EVERYTHING) || stop.equals(list.word()))
                .forEach(list -> suppressions.leave(holder.get().supporter(), list, Reason.UNSUBSCRIBED));
        return SeeOther.to("/unsubscribe/" + token + "?lang=" + locale.toLanguageTag());
    }

    /// A mail program's own button. It follows no redirect and shows no page.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc8058#section-3.2">RFC 8058, 3.2</a>
    @PostMapping(path = "/{token}", params = "List-Unsubscribe")
    ResponseEntity<String> leaveByOneClick(@PathVariable String token) {
        var holder = links.read(token);
        holder.ifPresent(it -> (it.list() == null ? List.of(MailList.values()) : List.of(it.list()))
                .forEach(list -> suppressions.leave(it.supporter(), list, Reason.UNSUBSCRIBED)));
        return ResponseEntity.status(holder.isPresent() ? HttpStatus.OK : HttpStatus.NOT_FOUND)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .contentType(MediaType.TEXT_PLAIN)
                .body(holder.isPresent() ? "Unsubscribed" : "No such link");
    }

    @GetMapping
    ModelAndView ask(HttpServletResponse response) {
        notStored(response);
        return new ModelAndView("account/ask-for-choices", Map.of("email", "", "wrong", false));
    }

    /// Whatever is known of the address, the answer is the same.
    @PostMapping
    ModelAndView sendLink(
            @RequestParam(defaultValue = "") String email,
            @RequestParam(required = false) @Nullable String altcha,
            Locale locale,
            HttpServletRequest request,
            HttpServletResponse response) {
        notStored(response);
        EmailAddress address;
        try {
            address = new EmailAddress(email);
        } catch (IllegalArgumentException _) {
            return new ModelAndView(
                    "account/ask-for-choices", Map.of("email", email, "wrong", true), HttpStatus.UNPROCESSABLE_CONTENT);
        }
        var verdict = guard.admit(request, address, altcha);
        if (verdict instanceof TooMany tooMany) {
            response.setHeader(
                    HttpHeaders.RETRY_AFTER, String.valueOf(tooMany.retryAfter().toSeconds()));
            return new ModelAndView(
                    "account/ask-for-choices",
                    Map.of("email", email, "wrong", false, "tooMany", tooMany),
                    HttpStatus.TOO_MANY_REQUESTS);
        }
        if (verdict instanceof Admitted) {
            letter.promise(address);
        }
        return SeeOther.to("/unsubscribe/asked?lang=" + locale.toLanguageTag());
    }

    @GetMapping("/asked")
    ModelAndView asked(HttpServletResponse response) {
        notStored(response);
        return new ModelAndView("account/asked-for-choices");
    }

    private static ModelAndView invalidLink() {
        return new ModelAndView("account/no-choices", HttpStatus.NOT_FOUND);
    }

    private static void notStored(HttpServletResponse response) {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
