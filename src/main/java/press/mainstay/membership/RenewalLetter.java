package press.mainstay.membership;

import static press.mainstay.membership.MembershipNotice.about;
import static press.mainstay.membership.MembershipNotice.subscription;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.membership.MembershipNotice.Said;

/// An annual gift is collected again in two weeks: time to change it, or to end it.
@Component
class RenewalLetter implements Letter {

    private static final String KIND = "renewal";
    private static final Duration AHEAD = Duration.ofDays(14);

    /// Later than that before the day, nobody could do anything about it.
    private static final Duration TOO_LATE = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final Clock clock;
    private final LetterService letters;
    private final MembershipService memberships;
    private final MembershipNotice notice;

    RenewalLetter(
            JdbcClient jdbc,
            Clock clock,
            LetterService letters,
            MembershipService memberships,
            MembershipNotice notice) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.letters = letters;
        this.memberships = memberships;
        this.notice = notice;
    }

    private record Renewal(String id, String customer, OffsetDateTime periodEnd) {}

    /// What is promised already is not promised again; after days of standstill, nothing is missed.
    void promiseDue() {
        var now = clock.instant();
        var due = jdbc.sql("""
                        select id, customer, period_end from subscription
                        where period = 'year' and standing = 'active' and period_end > :earliest and period_end <= :latest
                        """)
                .param("earliest", now.plus(TOO_LATE).atOffset(ZoneOffset.UTC))
                .param("latest", now.plus(AHEAD).atOffset(ZoneOffset.UTC))
                .query(Renewal.class)
                .list();
        letters.promise(due.stream()
                .map(renewal -> new LetterService.Promise(
                        KIND,
                        about(renewal.id(), renewal.periodEnd().toInstant()),
                        renewal.customer(),
                        now,
                        Duration.between(now, renewal.periodEnd()).minus(TOO_LATE)))
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
                .filter(membership -> membership.standing() == Standing.ACTIVE)
                .filter(membership -> about.equals(about(membership.subscription(), membership.paidUntil())))
                .flatMap(membership ->
                        notice.write(supporter, new Said(KIND, "text", membership, membership.paidUntil())));
    }
}
