package press.mainstay.donation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.shared.JsonRows;
import press.mainstay.stripe.Drift;
import press.mainstay.stripe.StripeEvent.CheckoutChanged;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripeNews;
import press.mainstay.stripe.StripeUnavailableException;

/// Keeps what became of the payment pages that we opened.
@Service
class CheckoutService {

    private static final Logger log = LoggerFactory.getLogger(CheckoutService.class);

    /// Stripe closes a page after 24 hours; by then its event has had an hour to come.
    private static final Duration OVERDUE = Duration.ofHours(25);

    /// No bank takes longer.
    private static final Duration BANK_OVERDUE = Duration.ofDays(14);

    private static final int MOST = 200;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final StripeGateway stripe;
    private final StripeInbox inbox;
    private final Drift drift;

    CheckoutService(JdbcClient jdbc, Clock clock, StripeGateway stripe, StripeInbox inbox, Drift drift) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.stripe = stripe;
        this.inbox = inbox;
        this.drift = drift;
    }

    private record Row(
            String id,
            @Nullable UUID donation,
            String outcome,
            @Nullable String customer,
            @Nullable String subscription,
            Instant toldAt,
            long stripeOrder) {

        static Row of(CheckoutChanged checkout) {
            return new Row(
                    checkout.session(),
                    checkout.donation(),
                    checkout.outcome().word(),
                    checkout.customer(),
                    checkout.subscription(),
                    checkout.order().second(),
                    checkout.order().value());
        }
    }

    @EventListener
    @Order(3)
    void on(StripeNews news) {
        for (var round : news.rounds(CheckoutChanged.class, CheckoutChanged::session)) {
            var rows = JsonRows.of(round.stream()
                    .filter(checkout -> !checkout.foreign())
                    .map(Row::of)
                    .toList());
            jdbc.sql("""
                            insert into checkout_session as c (id, donation, outcome, customer, subscription, told_at,
                                stripe_order, booked_at)
                            select id, donation, outcome, customer, subscription, told_at, stripe_order, :now
                            from jsonb_populate_recordset(null::checkout_session, cast(:rows as jsonb))
                            on conflict (id) do update set
                                customer = coalesce(c.customer, excluded.customer),
                                subscription = coalesce(c.subscription, excluded.subscription),
                                outcome = case when excluded.stripe_order > c.stripe_order
                                    then excluded.outcome else c.outcome end,
                                told_at = case when excluded.stripe_order > c.stripe_order
                                    then excluded.told_at else c.told_at end,
                                stripe_order = greatest(c.stripe_order, excluded.stripe_order)
                            """)
                    .param("rows", rows)
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
            jdbc.sql("""
                            update donation d set closed_at = least(d.closed_at, r.told_at),
                                checkout_session = coalesce(d.checkout_session, r.id)
                            from jsonb_populate_recordset(null::checkout_session, cast(:rows as jsonb)) r
                            where d.id = r.donation
                            """).param("rows", rows).update();
        }
    }

    /// Asks Stripe about pages that should be over, and about bank debits that should have arrived.
    void lookAtOverdue() {
        var overdue = jdbc.sql("""
                        (select checkout_session from donation
                            where checkout_session is not null and closed_at is null and asked_at < :overdue
                            order by asked_at limit :most)
                        union all
                        (select id from checkout_session where outcome = 'unpaid' and told_at < :bankOverdue
                            order by told_at limit :most)
                        """)
                .param("overdue", clock.instant().minus(OVERDUE).atOffset(ZoneOffset.UTC))
                .param("bankOverdue", clock.instant().minus(BANK_OVERDUE).atOffset(ZoneOffset.UTC))
                .param("most", MOST)
                .query(String.class)
                .list();
        for (var session : overdue) {
            try {
                stripe.ask(session).map(CheckoutChanged.class::cast).ifPresent(this::mend);
            } catch (StripeUnavailableException e) {
                log.warn("{}; overdue payment pages are asked for again in an hour", e.getMessage());
                return;
            }
        }
    }

    private void mend(CheckoutChanged told) {
        var known = jdbc.sql("select outcome from checkout_session where id = :id")
                .param("id", told.session())
                .query(String.class)
                .optional()
                .orElse("open");
        if (!known.equals(told.outcome().word())) {
            drift.found(
                    Drift.Kind.CHECKOUT_SESSION,
                    told.session(),
                    "outcome",
                    known,
                    told.outcome().word());
            inbox.apply(List.of(told));
            drift.mended(Drift.Kind.CHECKOUT_SESSION, told.session(), "asked Stripe");
        }
    }
}
