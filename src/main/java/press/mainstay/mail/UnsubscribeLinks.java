package press.mainstay.mail;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.SignedLinks;
import press.mainstay.shared.MailList;

/// The links by which a reader leaves a list, or chooses what to get. `/unsubscribe/{token}` takes them.
@Component
public class UnsubscribeLinks {

    private static final String PURPOSE = "unsubscribe";

    /// The law asks for 60 days at most; old letters are found again much later.
    private static final Duration LIFETIME = Duration.ofDays(400);

    private final SignedLinks links;
    private final NewsroomProperties newsroom;
    private final Clock clock;

    UnsubscribeLinks(SignedLinks links, NewsroomProperties newsroom, Clock clock) {
        this.links = links;
        this.newsroom = newsroom;
        this.clock = clock;
    }

    /// Whose link it is.
    ///
    /// @param list the one that the letter belonged to; null for a letter that belonged to none
    public record Holder(UUID supporter, @Nullable MailList list) {}

    /// @param list what a mail program's own "unsubscribe" leaves (RFC 8058); null: the page offers all
    /// @param locale of the page behind the link
    public URI to(UUID supporter, @Nullable MailList list, Locale locale) {
        var subject = supporter + (list == null ? "" : "." + list.word());
        var token = links.sign(PURPOSE, subject, clock.instant().plus(LIFETIME));
        return newsroom.page(locale, "unsubscribe", token);
    }

    /// @param token the last part of the link's path
    /// @return empty if the token is not ours, for another purpose, altered or expired
    public Optional<Holder> read(String token) {
        return links.read(PURPOSE, token).map(subject -> {
            var dot = subject.indexOf('.');
            return dot < 0
                    ? new Holder(UUID.fromString(subject), null)
                    : new Holder(UUID.fromString(subject.substring(0, dot)), MailList.of(subject.substring(dot + 1)));
        });
    }
}
