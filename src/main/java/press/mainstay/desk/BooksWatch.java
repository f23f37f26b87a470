package press.mainstay.desk;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Looks whether the books keep up with Stripe. What is found is the same for health, metrics and alarm mail.
@Component
class BooksWatch {

    /// An event that was not applied by then will not be without help.
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /// Stripe keeps its events for 30 days: a poll that has not come through for so long is near to a gap.
    private static final Duration LONGEST_WITHOUT_POLL = Duration.ofDays(1);

    /// What counts as a long silence is learnt from this time.
    private static final Duration REMEMBERED = Duration.ofDays(28);

    private static final int FEWEST_TO_LEARN_FROM = 20;
    private static final Duration SHORTEST_ODD_SILENCE = Duration.ofDays(1);

    private static final Duration FIGURES_LIVE = Duration.ofSeconds(10);
    private static final Duration SILENCE_LIVES = Duration.ofMinutes(10);

    private final JdbcClient jdbc;
    private @Nullable Figures figures;
    private @Nullable Silence silence;

    BooksWatch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// What can be wrong; each has a section in `docs/operations.md`.
    enum Problem {
        EVENTS_WAIT,
        STRIPE_IS_SILENT,
        POLL_FAILS,
        ONLY_POLL_BRINGS_EVENTS,
        EVENTS_UNREADABLE,
        EVENTS_GIVEN_UP,
        BOOKS_DIFFER;

        /// Whether the books are behind, or may be: health goes down.
        boolean booksAreBehind() {
            return switch (this) {
                case EVENTS_WAIT, STRIPE_IS_SILENT -> true;
                case POLL_FAILS, ONLY_POLL_BRINGS_EVENTS, EVENTS_UNREADABLE, EVENTS_GIVEN_UP, BOOKS_DIFFER -> false;
            };
        }
    }

    /// @param what in a sentence, for people
    record Finding(Problem problem, String what) {}

    /// Ages are in seconds, by the machine's time; zero where there is nothing.
    record Figures(
            Instant at,
            long oldestWaiting,
            long waiting,
            long quarantined,
            long dead,
            long drift,
            long sincePoll,
            long byWebhookToday,
            long byPollToday,
            long unassigned,
            long unsettled,
            long oldestLetter) {}

    /// @param lasting since the last event
    /// @param longest between two events of the last weeks
    private record Silence(Instant at, long events, Duration lasting, Duration longest) {

        boolean odd() {
            var twice = longest.multipliedBy(2);
            var odd = twice.compareTo(SHORTEST_ODD_SILENCE) > 0 ? twice : SHORTEST_ODD_SILENCE;
            return events >= FEWEST_TO_LEARN_FROM && lasting.compareTo(odd) > 0;
        }
    }

    List<Finding> findings() {
        var now = figures();
        var quiet = silence();
        var findings = new ArrayList<Finding>();
        if (now.oldestWaiting() > LONGEST_WAIT.toSeconds()) {
            findings.add(new Finding(
                    Problem.EVENTS_WAIT,
                    "%d events of Stripe wait to be applied, the oldest for %d minutes"
                            .formatted(now.waiting(), now.oldestWaiting() / 60)));
        }
        if (quiet.odd()) {
            findings.add(new Finding(
                    Problem.STRIPE_IS_SILENT,
                    "No event of Stripe came for %d hours; the longest silence of the last weeks was %d hours"
                            .formatted(
                                    quiet.lasting().toHours(), quiet.longest().toHours())));
        }
        if (now.sincePoll() > LONGEST_WITHOUT_POLL.toSeconds()) {
            findings.add(new Finding(
                    Problem.POLL_FAILS,
                    "Stripe's list of events could not be read for %d hours".formatted(now.sincePoll() / 3_600)));
        }
        if (now.byPollToday() > 0 && now.byWebhookToday() == 0) {
            findings.add(new Finding(
                    Problem.ONLY_POLL_BRINGS_EVENTS,
                    "No webhook came today, while Stripe has %d events in its list".formatted(now.byPollToday())));
        }
        if (now.quarantined() > 0) {
            findings.add(new Finding(
                    Problem.EVENTS_UNREADABLE,
                    "%d events of Stripe cannot be read by this release".formatted(now.quarantined())));
        }
        if (now.dead() > 0) {
            findings.add(
                    new Finding(Problem.EVENTS_GIVEN_UP, "%d events of Stripe were given up".formatted(now.dead())));
        }
        if (now.drift() > 0) {
            findings.add(new Finding(Problem.BOOKS_DIFFER, "%d figures differ from Stripe's".formatted(now.drift())));
        }
        return List.copyOf(findings);
    }

    /// Counts anew when asked next.
    synchronized void forget() {
        figures = null;
        silence = null;
    }

    synchronized Figures figures() {
        var known = figures;
        if (known == null || known.at().plus(FIGURES_LIVE).isBefore(Instant.now())) {
            known = count();
            figures = known;
        }
        return known;
    }

    private Figures count() {
        var now = Instant.now();
        return jdbc.sql("""
                        select
                            (select extract(epoch from :now - min(received_at)) from stripe_event where status = 'new')
                                as oldest_waiting,
                            (select count(*) from stripe_event where status = 'new') as waiting,
                            (select count(*) from stripe_event where status = 'quarantined') as quarantined,
                            (select count(*) from stripe_event where status = 'dead') as dead,
                            (select count(*) from drift where mended_at is null) as drift,
                            (select extract(epoch from :now - polled_at) from stripe_account) as since_poll,
                            (select count(*) from stripe_event where received_at > :yesterday and via = 'webhook')
                                as by_webhook_today,
                            (select count(*) from stripe_event where received_at > :yesterday and via = 'poll')
                                as by_poll_today,
                            (select count(*) from payment where donation is null and subscription is null
                                and not is_foreign) as unassigned,
                            (select count(*) from payment where settled_at is null) as unsettled,
                            (select extract(epoch from :now - min(next_try_at)) from letter
                                where status in ('waiting', 'sending') and next_try_at <= :now
                                    and (supporter is not null or customer is null)) as oldest_letter
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("yesterday", now.minus(Duration.ofDays(1)).atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Figures(
                        now,
                        row.getLong("oldest_waiting"),
                        row.getLong("waiting"),
                        row.getLong("quarantined"),
                        row.getLong("dead"),
                        row.getLong("drift"),
                        row.getLong("since_poll"),
                        row.getLong("by_webhook_today"),
                        row.getLong("by_poll_today"),
                        row.getLong("unassigned"),
                        row.getLong("unsettled"),
                        row.getLong("oldest_letter")))
                .single();
    }

    private synchronized Silence silence() {
        var known = silence;
        if (known == null || known.at().plus(SILENCE_LIVES).isBefore(Instant.now())) {
            known = listen();
            silence = known;
        }
        return known;
    }

    private Silence listen() {
        var now = Instant.now();
        return jdbc.sql("""
                        select count(*) as events, max(received_at) as last,
                            coalesce(extract(epoch from max(received_at - before)), 0) as longest
                        from (select received_at, lag(received_at) over (order by received_at) as before
                            from stripe_event where received_at > :since) gaps
                        """)
                .param("since", now.minus(REMEMBERED).atOffset(ZoneOffset.UTC))
                .query((row, _) -> {
                    var last = row.getObject("last", OffsetDateTime.class);
                    return new Silence(
                            now,
                            row.getLong("events"),
                            last == null ? Duration.ZERO : Duration.between(last.toInstant(), now),
                            Duration.ofSeconds(row.getLong("longest")));
                })
                .single();
    }
}
