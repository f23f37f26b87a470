package press.mainstay.account;

import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.mail.Notice;
import press.mainstay.mail.UnsubscribeLinks;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.supporter.Supporter;
import press.mainstay.supporter.SupporterService;

/// The link to a reader's choices, for who has no letter left to click in: one a day to an address that we know.
@Component
class ChoicesLetter implements Letter {

    private static final String KIND = "choices";
    private static final Duration TIMELY = Duration.ofDays(1);

    private final LetterService letters;
    private final SupporterService supporters;
    private final UnsubscribeLinks links;
    private final Sealing sealing;
    private final NewsroomProperties newsroom;
    private final Notice notice;
    private final MessageSource texts;
    private final Clock clock;

    ChoicesLetter(
            LetterService letters,
            SupporterService supporters,
            UnsubscribeLinks links,
            Sealing sealing,
            NewsroomProperties newsroom,
            Notice notice,
            MessageSource texts,
            Clock clock) {
        this.letters = letters;
        this.supporters = supporters;
        this.links = links;
        this.sealing = sealing;
        this.newsroom = newsroom;
        this.notice = notice;
        this.texts = texts;
        this.clock = clock;
    }

    /// An address that we do not know has a row of the same kind, so that the answer takes as long.
    void promise(EmailAddress email) {
        var today = clock.instant().atZone(newsroom.zone()).toLocalDate();
        var about = sealing.hash(email.normalised() + '\0' + today, "account.choices");
        letters.promise(
                KIND,
                HexFormat.of().formatHex(about.bytes()),
                supporters.byAddress(email).orElse(null),
                clock.instant().plus(TIMELY));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<String> objection(@Nullable UUID supporter, String about) {
        return supporter == null ? Optional.of("unknown") : Optional.empty();
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String about) {
        return Optional.ofNullable(supporter).flatMap(supporters::find).map(this::content);
    }

    private Content content(Supporter to) {
        var locale = to.locale();
        return notice.write(
                to.email(),
                locale,
                texts.getMessage("choices.letter.subject", null, locale),
                texts.getMessage("choices.letter.text", null, locale),
                Map.of(),
                Map.of(texts.getMessage("choices.letter.link", null, locale), links.to(to.id(), null, locale)));
    }
}
