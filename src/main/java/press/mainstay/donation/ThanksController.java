package press.mainstay.donation;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;
import press.mainstay.ledger.LedgerService;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.stripe.StripeEvent.CheckoutChanged;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripeUnavailableException;

/// Where Stripe sends the reader who has paid, usually before it tells us.
@Controller
class ThanksController {

    private static final Logger log = LoggerFactory.getLogger(ThanksController.class);
    private static final Pattern SESSION = Pattern.compile("cs_[A-Za-z0-9_]{1,200}");

    private final DonationService donations;
    private final NewsroomProperties newsroom;
    private final DonationCookie cookie;
    private final LedgerService ledger;
    private final StripeGateway stripe;
    private final StripeInbox inbox;

    ThanksController(
            DonationService donations,
            NewsroomProperties newsroom,
            DonationCookie cookie,
            LedgerService ledger,
            StripeGateway stripe,
            StripeInbox inbox) {
        this.donations = donations;
        this.newsroom = newsroom;
        this.cookie = cookie;
        this.ledger = ledger;
        this.stripe = stripe;
        this.inbox = inbox;
    }

    /// @param session as Stripe fills it in; who sends another's sees thanks, and nothing of the gift
    @GetMapping("/thanks")
    String thanks(
            @RequestParam(name = "session_id", defaultValue = "") String session,
            Locale locale,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        model.addAttribute("state", "unknown");
        var own = cookie.donationsOf(request);
        if (!own.isEmpty() && SESSION.matcher(session).matches()) {
            show(session, own, locale, model);
        }
        return "donation/thanks";
    }

    private void show(String session, Set<UUID> own, Locale locale, Model model) {
        var known = donations.byCheckoutSession(session);
        if (known.isPresent() && !own.contains(known.get().id())) {
            return;
        }
        if (known.isPresent() && !ledger.paymentsFor(known.get().id()).isEmpty()) {
            show("confirmed", known.get(), session, locale, model);
            return;
        }
        try {
            var told = stripe.checkout(session)
                    .filter(checkout -> checkout.outcome().completed());
            var donation = known.or(() -> told.map(CheckoutChanged::donation).flatMap(donations::find))
                    .filter(candidate -> own.contains(candidate.id()));
            if (donation.isPresent()) {
                told.ifPresent(checkout -> inbox.apply(List.of(checkout)));
                show(state(told), donation.get(), session, locale, model);
            }
        } catch (StripeUnavailableException e) {
            log.warn("{}; the reader sees that the gift is being confirmed", e.getMessage());
            known.ifPresent(donation -> show("pending", donation, session, locale, model));
        }
    }

    private static String state(Optional<CheckoutChanged> told) {
        return told.map(checkout -> checkout.outcome() == CheckoutChanged.Outcome.PAID ? "confirmed" : "pending")
                .orElse("open");
    }

    private void show(String state, Donation donation, String session, Locale locale, Model model) {
        model.addAttribute("state", state);
        model.addAttribute("amount", donation.amount().format(locale));
        model.addAttribute("frequency", donation.frequency());
        model.addAttribute("choice", donation.choice());
        model.addAttribute("again", again(session, locale));
        model.addAttribute("onward", onward(donation));
    }

    /// The article that the reader came from, or else the newsroom's front page.
    private @Nullable URI onward(Donation donation) {
        var website = newsroom.website();
        return website == null || donation.source().article() == null
                ? website
                : UriComponentsBuilder.fromUri(website)
                        .replacePath(donation.source().article())
                        .encode()
                        .build()
                        .toUri();
    }

    private static String again(String session, Locale locale) {
        return UriComponentsBuilder.fromPath("/thanks")
                .queryParam("lang", locale.toLanguageTag())
                .queryParam("session_id", session)
                .toUriString();
    }
}
