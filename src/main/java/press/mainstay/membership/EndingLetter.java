package press.mainstay.membership;

import static press.mainstay.membership.MembershipNotice.about;
import static press.mainstay.membership.MembershipNotice.subscription;

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
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeNews;

/// An end is planned, usually by the reader in Stripe's portal: this is the confirmation. One for each day that it was
/// planned for.
@Component
class EndingLetter implements Letter {

    private static final String KIND = "membership-ends";
    private static final Duration TIMELY = Duration.ofDays(7);

    private final LetterService letters;
    private final MembershipService memberships;
    private final MembershipNotice notice;

    EndingLetter(LetterService letters, MembershipService memberships, MembershipNotice notice) {
        this.letters = letters;
        this.memberships = memberships;
        this.notice = notice;
    }

    /// While a payment is late, the end is not promised yet: the news that it was paid tells of the end again.
    @EventListener
    @Order(5)
    void on(StripeNews news) {
        letters.promise(news.of(SubscriptionChanged.class).stream()
                .filter(changed -> changed.via() == Via.EVENT && !changed.foreign())
                .filter(changed -> Snapshot.of(changed).state().standing() == Standing.ENDING)
                .map(changed -> new LetterService.Promise(
                        KIND,
                        about(changed.subscription(), changed.cancelAt()),
                        changed.customer(),
                        // any later news of the subscription tells of its end too
                        Objects.requireNonNullElse(
                                changed.canceledAt(), changed.order().second()),
                        TIMELY))
                .toList());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String about) {
        return memberships
                .find(subscription(about))
                .filter(membership -> membership.standing() == Standing.ENDING)
                .filter(membership -> about.equals(about(membership.subscription(), membership.endsAt())))
                .flatMap(membership ->
                        notice.write(supporter, new Said(KIND, text(membership), membership, membership.endsAt())));
    }

    /// Staff may plan an end for any day.
    private static String text(Membership membership) {
        return Objects.equals(membership.endsAt(), membership.paidUntil()) ? "paid" : "planned";
    }
}
