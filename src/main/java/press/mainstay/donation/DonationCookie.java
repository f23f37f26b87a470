package press.mainstay.donation;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.SignedLinks;

/// Ties a browser to the donations it started, so that the thank-you page shows a gift to nobody else. One cookie a
/// donation, since readers have two tabs; only for that page; gone when the browser is closed.
@Component
class DonationCookie {

    private static final String NAME = "donation-";
    private static final String PURPOSE = "donation.browser";
    private static final String PATH = "/thanks";
    private static final Duration LIFETIME = Duration.ofDays(7);

    private final SignedLinks links;
    private final Clock clock;
    private final boolean secure;

    DonationCookie(SignedLinks links, Clock clock, NewsroomProperties newsroom) {
        this.links = links;
        this.clock = clock;
        this.secure = newsroom.publicUrl().getScheme().equals("https");
    }

    ResponseCookie of(UUID donation) {
        var token = links.sign(PURPOSE, donation.toString(), clock.instant().plus(LIFETIME));
        return ResponseCookie.from(NAME + donation, token)
                .path(PATH)
                .httpOnly(true)
                .secure(secure)
                .sameSite("Lax") // Stripe's page leads here
                .build();
    }

    Set<UUID> donationsOf(HttpServletRequest request) {
        var cookies = request.getCookies();
        return cookies == null
                ? Set.of()
                : Arrays.stream(cookies)
                        .filter(cookie -> cookie.getName().startsWith(NAME))
                        .flatMap(cookie -> links.read(PURPOSE, cookie.getValue()).stream())
                        .map(UUID::fromString)
                        .collect(Collectors.toSet());
    }
}
