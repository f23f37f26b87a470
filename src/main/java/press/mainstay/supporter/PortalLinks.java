package press.mainstay.supporter;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.SignedLinks;

/// The links in letters by which a person changes or ends what they give. Stripe's own link lives for minutes, so a
/// letter carries ours, and the page behind it opens Stripe's.
@Component
public class PortalLinks {

    private static final String PURPOSE = "account.gift";

    /// Who gives annually hears from us once a year, and may be a month late in reading it.
    private static final Duration LIFETIME = Duration.ofDays(400);

    private final SignedLinks links;
    private final NewsroomProperties newsroom;
    private final Clock clock;

    PortalLinks(SignedLinks links, NewsroomProperties newsroom, Clock clock) {
        this.links = links;
        this.newsroom = newsroom;
        this.clock = clock;
    }

    /// @param customer Stripe's `cus_…`
    /// @param locale of the page behind the link
    public URI to(String customer, Locale locale) {
        var token = links.sign(PURPOSE, customer, clock.instant().plus(LIFETIME));
        return newsroom.page(locale, "account", "gift", token);
    }

    /// @param token the last part of the link's path
    /// @return Stripe's `cus_…`; empty if the token is not ours, for another purpose, altered or expired
    public Optional<String> customer(String token) {
        return links.read(PURPOSE, token);
    }
}
