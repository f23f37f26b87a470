package press.mainstay.stripe;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.shared.QueueWorker;

/// Asks Stripe's list of events for what no webhook brought: for the same inbox, where what is known already is only
/// counted. Stripe keeps its events for 30 days.
@Component
class StripePoll {

    private static final Logger log = LoggerFactory.getLogger(StripePoll.class);

    /// An event may enter the list after younger ones.
    private static final Duration OVERLAP = Duration.ofMinutes(30);

    private final StripeGateway stripe;
    private final StripeInbox inbox;
    private final QueueWorker worker;
    private final JdbcClient jdbc;

    StripePoll(StripeGateway stripe, StripeInbox inbox, QueueWorker stripeEventWorker, JdbcClient jdbc) {
        this.stripe = stripe;
        this.inbox = inbox;
        this.worker = stripeEventWorker;
        this.jdbc = jdbc;
    }

    /// If Stripe does not answer, the next run begins at the same place.
    void run() {
        try {
            poll();
        } catch (StripeUnavailableException e) {
            log.warn("{}; its events are asked for again later", e.getMessage());
        }
    }

    private void poll() {
        var from = cursor().minus(OVERLAP);
        var newest = Instant.MIN;
        var news = 0;
        var olderThan = "";
        StripeGateway.EventPage page;
        do {
            page = stripe.events(from, olderThan);
            for (var event : page.events()) {
                news += inbox.keep(event.toString().getBytes(StandardCharsets.UTF_8), StripeInbox.Via.POLL) ? 1 : 0;
                var at = StripeEventReader.time(event, "created");
                newest = at.isAfter(newest) ? at : newest;
                olderThan = StripeEventReader.text(event, "id");
            }
        } while (page.more());
        if (news > 0) {
            log.info("{} events of Stripe came by asking, not by webhook", news);
            worker.wake();
        }
        if (newest.isAfter(from)) {
            moveCursor(newest);
        }
    }

    /// Moved only when a run has seen all pages: a run that fails leaves no gap.
    private Instant cursor() {
        return jdbc.sql("select polled_until from stripe_account")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private void moveCursor(Instant until) {
        jdbc.sql("update stripe_account set polled_until = greatest(polled_until, :until)")
                .param("until", until.atOffset(ZoneOffset.UTC))
                .update();
    }
}
