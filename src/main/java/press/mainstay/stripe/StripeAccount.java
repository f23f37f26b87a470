package press.mainstay.stripe;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.shared.SettingException;

/// The Stripe account as this database has known it from the first start: its mode, and since when we follow
/// it. Stops the start with a key of the other mode.
@Component
public class StripeAccount {

    private final JdbcClient jdbc;

    StripeAccount(JdbcClient jdbc, StripeProperties properties, Clock clock) {
        jdbc.sql("""
                        insert into stripe_account (livemode, polled_until, began_at) values (:livemode, :now, :now)
                        on conflict do nothing
                        """)
                .param("livemode", properties.livemode())
                .param("now", clock.instant().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC))
                .update();
        var livemode = jdbc.sql("select livemode from stripe_account")
                .query(Boolean.class)
                .single();
        if (livemode != properties.livemode()) {
            throw new SettingException(
                    "This database holds " + mode(livemode) + " money, but STRIPE_API_KEY is a key of "
                            + mode(properties.livemode()) + " mode.",
                    "Set the key of the other mode, or give the " + mode(properties.livemode())
                            + " mode an empty database of its own.");
        }
        this.jdbc = jdbc;
    }

    /// When this database began to follow the account. What happened before that is known from an import or a
    /// first poll, and mails nobody.
    public Instant beganAt() {
        return jdbc.sql("select began_at from stripe_account")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    /// Since when our books should say the same as Stripe: from the beginning where the account was imported.
    public Instant comparableSince() {
        var imported = jdbc.sql("select count(*) > 0 and bool_and(ended_at is not null) from stripe_import")
                .query(Boolean.class)
                .single();
        return imported ? Instant.EPOCH : beganAt();
    }

    private static String mode(boolean livemode) {
        return livemode ? "live" : "test";
    }
}
