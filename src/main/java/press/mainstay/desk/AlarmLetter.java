package press.mainstay.desk;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.newsroom.NewsroomProperties;

/// Tells whoever looks after the service that something is wrong with the books: once a day at most, and no more
/// when it is put right by then.
@Component
class AlarmLetter implements Letter {

    private static final String KIND = "alarm";
    private static final Duration TIMELY = Duration.ofDays(1);

    private final BooksWatch watch;
    private final LetterService letters;
    private final DeskProperties desk;
    private final NewsroomProperties newsroom;
    private final Clock clock;

    AlarmLetter(
            BooksWatch watch, LetterService letters, DeskProperties desk, NewsroomProperties newsroom, Clock clock) {
        this.watch = watch;
        this.letters = letters;
        this.desk = desk;
        this.newsroom = newsroom;
        this.clock = clock;
    }

    void promiseIfNeeded() {
        if (desk.alarmMail() != null && !watch.findings().isEmpty()) {
            var today = clock.instant().atZone(newsroom.zone()).toLocalDate();
            letters.promise(KIND, today.toString(), null, clock.instant().plus(TIMELY));
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    /// In English: it goes to the people who read logs.
    @Override
    public Optional<Content> write(@Nullable UUID supporter, String about) {
        var findings = watch.findings();
        return findings.isEmpty() || desk.alarmMail() == null
                ? Optional.empty()
                : Optional.of(new Content(
                        desk.alarmMail(),
                        Locale.ENGLISH,
                        "Mainstay: the books need a look",
                        "desk/mail/alarm",
                        Map.of(
                                "findings",
                                findings,
                                "host",
                                newsroom.publicUrl().getHost())));
    }
}
