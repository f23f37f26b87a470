package press.mainstay.reminder;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.SignedLinks;

/// The links in letters about reminders, each for one act on one reminder.
@Component
class ReminderLinks {

    /// What a link is for.
    enum Act {
        CONFIRM(Duration.ofDays(14)),
        CHANGE(Duration.ofDays(400)),
        STOP(Duration.ofDays(400));

        private final Duration lifetime;

        Act(Duration lifetime) {
            this.lifetime = lifetime;
        }

        private String purpose() {
            return "reminder." + name().toLowerCase(Locale.ROOT);
        }
    }

    record Held(Act act, UUID reminder) {}

    private final SignedLinks links;
    private final NewsroomProperties newsroom;
    private final Clock clock;

    ReminderLinks(SignedLinks links, NewsroomProperties newsroom, Clock clock) {
        this.links = links;
        this.newsroom = newsroom;
        this.clock = clock;
    }

    URI to(Act act, UUID reminder, Locale locale) {
        var token =
                links.sign(act.purpose(), reminder.toString(), clock.instant().plus(act.lifetime));
        return newsroom.page(locale, "reminders", token);
    }

    /// @return empty if the token is not ours, altered or expired
    Optional<Held> read(String token) {
        return Arrays.stream(Act.values())
                .flatMap(act ->
                        links
                                .read(act.purpose(), token)
                                .map(subject -> new Held(act, UUID.fromString(subject)))
                                .stream())
                .findFirst();
    }
}
