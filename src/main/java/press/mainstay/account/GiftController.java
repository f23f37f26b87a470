package press.mainstay.account;

import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.newsroom.SeeOther;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeUnavailableException;
import press.mainstay.supporter.PortalLinks;

/// The way out for everybody who gives regularly: a letter's link leads here, and a button from here to Stripe's
/// portal. Who looks at the page over the reader's shoulder learns neither who they are nor what they give.
@Controller
@RequestMapping("/account/gift")
class GiftController {

    private static final Logger log = LoggerFactory.getLogger(GiftController.class);

    private final PortalLinks links;
    private final StripeGateway stripe;
    private final NewsroomProperties newsroom;

    GiftController(PortalLinks links, StripeGateway stripe, NewsroomProperties newsroom) {
        this.links = links;
        this.stripe = stripe;
        this.newsroom = newsroom;
    }

    /// Asks nobody: mail scanners follow every link.
    @GetMapping("/{token}")
    ModelAndView gift(@PathVariable String token, HttpServletResponse response) {
        notStored(response);
        return links.customer(token).isPresent()
                ? new ModelAndView("account/gift", Map.of("token", token))
                : invalidLink();
    }

    @PostMapping("/{token}")
    ModelAndView openPortal(@PathVariable String token, Locale locale, HttpServletResponse response) {
        notStored(response);
        try {
            return links.customer(token)
                    .flatMap(customer -> stripe.openPortal(customer, back(locale), locale))
                    .map(page -> SeeOther.to(page.toString()))
                    .orElseGet(GiftController::invalidLink);
        } catch (StripeUnavailableException e) {
            log.warn("{}; the reader sees that nothing was changed", e.getMessage());
            return new ModelAndView("account/unavailable", Map.of("token", token), HttpStatus.SERVICE_UNAVAILABLE);
        }
    }

    /// Where Stripe's page leads back to.
    @GetMapping
    ModelAndView back(HttpServletResponse response) {
        notStored(response);
        return new ModelAndView("account/back");
    }

    /// Without the token: Stripe keeps what it is sent where all who see its logs can read it.
    private URI back(Locale locale) {
        return newsroom.page(locale, "account", "gift");
    }

    /// Not 410: whether a link was ever ours cannot be told of one that is cut short.
    private static ModelAndView invalidLink() {
        return new ModelAndView("account/invalid", HttpStatus.NOT_FOUND);
    }

    private static void notStored(HttpServletResponse response) {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
