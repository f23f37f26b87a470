package press.mainstay.donation;

import jakarta.servlet.http.HttpServletResponse;
import java.text.NumberFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import press.mainstay.newsroom.SeeOther;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeUnavailableException;

@Controller
class DonationController {

    private final DonationService donations;
    private final DonationCookie cookie;
    private final DonationProperties settings;
    private final MessageSource texts;

    DonationController(
            DonationService donations, DonationCookie cookie, DonationProperties settings, MessageSource texts) {
        this.donations = donations;
        this.cookie = cookie;
        this.settings = settings;
        this.texts = texts;
    }

    /// The same for all readers of a language, so that caches may keep it.
    @GetMapping("/")
    ModelAndView support(@RequestParam Map<String, String> parameters, HttpServletResponse response) {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=60");
        response.addHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_LANGUAGE);
        return new ModelAndView("donation/support", Map.of("page", SupportPage.preselected(parameters, settings)));
    }

    @PostMapping("/donations")
    ModelAndView start(@RequestParam Map<String, String> form, Locale locale, HttpServletResponse response) {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        var page = SupportPage.sent(form, settings);
        var command = page.command();
        if (command.isEmpty()) {
            return new ModelAndView(
                    "donation/support",
                    Map.of("page", page, "error", sentence(page, locale)),
                    HttpStatus.UNPROCESSABLE_CONTENT);
        }
        try {
            var started = donations.start(command.get(), locale);
            response.addHeader(
                    HttpHeaders.SET_COOKIE, cookie.of(started.donation()).toString());
            return SeeOther.to(started.page().toString());
        } catch (StripeUnavailableException _) {
            return new ModelAndView(
                    "donation/unavailable",
                    Map.of("page", page, "amount", command.get().amount().format(locale)),
                    HttpStatus.SERVICE_UNAVAILABLE);
        }
    }

    /// Somebody reloads the page that showed an error.
    @GetMapping("/donations")
    ModelAndView again() {
        return SeeOther.to("/");
    }

    private String sentence(SupportPage page, Locale locale) {
        return switch (page.amount()) {
            case Amount.Missing() -> text("give.error.missing", locale);
            case Amount.NotANumber() -> text("give.error.number", locale, example(page, locale));
            case Amount.TooManyDecimals(var decimals) ->
                text(decimals == 0 ? "give.error.whole" : "give.error.decimals", locale, example(page, locale));
            case Amount.BelowMinimum(var minimum) -> text("give.error.minimum", locale, minimum.format(locale));
            case Amount.AboveMaximum(var maximum) -> text("give.error.maximum", locale, maximum.format(locale));
            case Amount.Accepted(var _) -> text("give.error.choice", locale);
        };
    }

    private String text(String key, Locale locale, @Nullable Object... arguments) {
        return texts.getMessage(key, arguments, locale);
    }

    /// An amount as it may be typed: `10.50`, `10,50`, `1050`.
    private static String example(SupportPage page, Locale locale) {
        var example = new Money(1050, page.currency()).major();
        var format = NumberFormat.getInstance(locale);
        format.setGroupingUsed(false);
        format.setMinimumFractionDigits(example.scale());
        return format.format(example);
    }
}
