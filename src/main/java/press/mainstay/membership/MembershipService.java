package press.mainstay.membership;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;

/// Follows Stripe's subscriptions.
@Service
class MembershipService {

    private final JdbcClient jdbc;
    private final Clock clock;

    MembershipService(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /// An ended subscription stays ended; otherwise a newer second wins, and within one second news of the making
    /// loses.
    @EventListener
    void on(SubscriptionChanged changed) {
        jdbc.sql("""
                        insert into subscription (id, donation, customer, status, price_minor_units, price_currency, period,
                            period_end, cancel_at, ended_at, told_at, booked_at)
                        values (:id, :donation, :customer, :status, :minorUnits, :currency, :period,
                            :periodEnd, :cancelAt, :endedAt, :toldAt, :now)
                        on conflict (id) do update set
                            donation = coalesce(excluded.donation, subscription.donation),
                            status = excluded.status,
                            price_minor_units = excluded.price_minor_units,
                            price_currency = excluded.price_currency,
                            period = excluded.period,
                            period_end = excluded.period_end,
                            cancel_at = excluded.cancel_at,
                            ended_at = coalesce(excluded.ended_at, subscription.ended_at),
                            told_at = excluded.told_at,
                            booked_at = excluded.booked_at
                        where case
                            when subscription.status in ('canceled', 'incomplete_expired')
                                <> excluded.status in ('canceled', 'incomplete_expired')
                            then excluded.status in ('canceled', 'incomplete_expired')
                            when excluded.told_at = subscription.told_at then not :created
                            else excluded.told_at > subscription.told_at end
                        """)
                .param("id", changed.subscription())
                .param("donation", changed.donation())
                .param("customer", changed.customer())
                .param("status", changed.status())
                .param("minorUnits", changed.price().minorUnits())
                .param("currency", changed.price().currency())
                .param("period", changed.interval())
                .param("periodEnd", utc(changed.periodEnd()))
                .param("cancelAt", utc(changed.cancelAt()))
                .param("endedAt", utc(changed.endedAt()))
                .param("toldAt", utc(changed.at()))
                .param("created", changed.created())
                .param("now", utc(clock.instant()))
                .update();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
