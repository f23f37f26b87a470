package press.mainstay.membership;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.membership.MembershipNotice.Said;
import press.mainstay.membership.MembershipService.End;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeNews;

/// A membership has ended: by choice and at once, or because payments failed. Who planned the end knows already.
@Component
class EndedLetter implements Letter {

    private static final String KIND = "membership-ended";
    private static final Duration TIMELY = Duration.ofDays(7);

    private final LetterService letters;
    private final MembershipService memberships;
    private final MembershipNotice notice;

    EndedLetter(LetterService letters, MembershipService memberships, MembershipNotice notice) {
        this.letters = letters;
        this.memberships = memberships;
        this.notice = notice;
    }

    @EventListener
    @Order(5)
    void on(StripeNews news) {
        letters.promise(news.of(SubscriptionChanged.class).stream()
                .filter(changed -> changed.via() == Via.EVENT && !changed.foreign())
                .filter(changed ->
                        changed.status().equals("canceled") || changed.status().equals("unpaid"))
                .map(changed -> new LetterService.Promise(
                        KIND,
                        changed.subscription(),
                        changed.customer(),
                        Objects.requireNonNullElse(
                                changed.endedAt(), changed.order().second()),
                        TIMELY))
                .toList());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String subscription) {
        return memberships
                .end(subscription)
                .filter(end -> end.before() != Standing.ENDING)
                .flatMap(end -> memberships.find(subscription).flatMap(membership -> said(membership, end)))
                .flatMap(said -> notice.write(supporter, said));
    }

    private static Optional<Said> said(Membership membership, End end) {
        return switch (membership.standing()) {
            case ENDED -> Optional.of(new Said(KIND, "choice", membership, end.at()));
            case LAPSED -> Optional.of(new Said(KIND, "failed", membership, membership.amount(), end.at(), true));
            case STARTING, ACTIVE, LATE, PAUSED, ENDING, NEVER_STARTED -> Optional.empty();
        };
    }
}
