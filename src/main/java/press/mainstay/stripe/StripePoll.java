package press.mainstay.stripe;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.shared.QueueWorker;

/// Asks Stripe's list of events for what no webhook brought, and puts it into the same inbox. Stripe keeps its
/// events for 30 days.
@Component
public class StripePoll {

    private static final Logger log = LoggerFactory.getLogger(StripePoll.class);

    /// An event may enter the list after younger ones.
    private static final Duration OVERLAP = Duration.ofMinutes(30);

    private final StripeGateway stripe;
    private final StripeEventLog events;
    private final StripeInbox inbox;
    private final QueueWorker worker;
    private final JdbcClient jdbc;

    StripePoll(
            StripeGateway stripe,
            StripeEventLog events,
            StripeInbox inbox,
            QueueWorker stripeEventWorker,
            JdbcClient jdbc) {
        this.stripe = stripe;
        this.events = events;
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

    /// Asks for events, and waits until what is due is applied, here or on another node: before books and Stripe
    /// are compared, so that what is merely on its way is no difference.
    ///
    /// @throws StripeUnavailableException if Stripe does not tell
    public void catchUp() {
        poll();
        inbox.applyAllDue();
    }

    private void poll() {
        var from = cursor().minus(OVERLAP);
        var newest = Instant.MIN;
        var news = 0;
        var olderThan = "";
        StripeGateway.Answer page;
        do {
            page = stripe.list("/v1/events?created%5Bgte%5D=" + from.getEpochSecond(), olderThan);
            var known = known(page.objects());
            for (var event : page.objects()) {
                if (!known.contains(event.id())) {
                    events.keep(event.body().toString().getBytes(StandardCharsets.UTF_8), StripeEventLog.Via.POLL);
                    news++;
                }
                var at = StripeEventReader.time(event.body(), "created");
                newest = at.isAfter(newest) ? at : newest;
                olderThan = event.id();
            }
        } while (page.more());
        if (news > 0) {
            log.info("{} events of Stripe came by asking, not by webhook", news);
            worker.wake();
        }
        moveCursor(newest.isAfter(from) ? newest : from);
    }

    /// The overlap is known already: looked up a page at a time, and not written again.
    private Set<String> known(List<StripeGateway.Answer> events) {
        return events.isEmpty()
                ? Set.of()
                : jdbc.sql("select event_id from stripe_event where event_id in (:ids)")
                        .param(
                                "ids",
                                events.stream().map(StripeGateway.Answer::id).toList())
                        .query(String.class)
                        .set();
    }

    /// Moved only when a run has seen all pages: a run that fails leaves no gap.
    private Instant cursor() {
        return jdbc.sql("select polled_until from stripe_account")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private void moveCursor(Instant until) {
        jdbc.sql("update stripe_account set polled_until = greatest(polled_until, :until), polled_at = :machineNow")
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("machineNow", OffsetDateTime.now(ZoneOffset.UTC))
                .update();
    }
}
