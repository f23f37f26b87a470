package press.mainstay.stripe;

import java.time.Clock;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.shared.SettingException;

/// Stamps a new database with the mode of its first key, and stops the start with a key of the other mode.
@Component
class StripeModeStamp {

    StripeModeStamp(JdbcClient jdbc, StripeProperties properties, Clock clock) {
        jdbc.sql("insert into stripe_account (livemode, polled_until) values (:livemode, :now) on conflict do nothing")
                .param("livemode", properties.livemode())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
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
    }

    private static String mode(boolean livemode) {
        return livemode ? "live" : "test";
    }
}
