package press.mainstay.mail;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// How many mails of mailings the relay is given each second, by all nodes together. Letters go at once.
@Component
class RelayRate {

    private final JdbcClient jdbc;
    private final MailProperties properties;

    RelayRate(JdbcClient jdbc, MailProperties properties) {
        this.jdbc = jdbc;
        this.properties = properties;
    }

    /// How many to ask for at once: half a second's worth, so that no node keeps the others waiting.
    int atOnce(int most) {
        var rate = properties.rate();
        return rate == null ? most : Math.clamp(rate / 2, 1, most);
    }

    /// Sets the next free moment of the relay aside.
    ///
    /// @return how long it is until then
    Duration reserve(int mails) {
        var rate = properties.rate();
        if (rate == null || mails == 0) {
            return Duration.ZERO;
        }
        var micros = jdbc.sql("""
                        update relay_rate
                        set free_at = greatest(free_at, clock_timestamp()) + :mails * interval '1 second' / :rate
                        returning cast(1e6 * extract(epoch from greatest(old.free_at - clock_timestamp(), interval '0')) as bigint)
                        """)
                .param("mails", mails)
                .param("rate", rate)
                .query(Long.class)
                .single();
        return Duration.ofNanos(micros * 1_000);
    }
}
