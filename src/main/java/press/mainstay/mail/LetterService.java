package press.mainstay.mail;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/// Takes promises of letters.
@Service
public class LetterService {

    private final JdbcClient jdbc;
    private final Clock clock;

    LetterService(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /// Promises a letter, in the transaction of the caller. One of a kind about one thing: a second promise is the
    /// first.
    ///
    /// @param sendBefore later than that it is not sent, but kept as late
    public void promise(String kind, String about, UUID supporter, Instant sendBefore) {
        jdbc.sql("""
                        insert into letter (id, kind, about, supporter, status, next_try_at, promised_at, send_before)
                        values (:id, :kind, :about, :supporter, 'waiting', :machineNow, :now, :sendBefore)
                        on conflict (kind, about) do nothing
                        """)
                .param("id", UUID.randomUUID())
                .param("kind", kind)
                .param("about", about)
                .param("supporter", supporter)
                .param("machineNow", OffsetDateTime.now(ZoneOffset.UTC))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("sendBefore", sendBefore.atOffset(ZoneOffset.UTC))
                .update();
    }
}
