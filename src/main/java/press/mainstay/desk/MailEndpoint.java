package press.mainstay.desk;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.mail.SuppressionService;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.EmailAddress;
import press.mainstay.supporter.SupporterService;

/// `/actuator/mail` on the management port: what came back, whom we write to no more, and the way to lift that. It
/// names nobody.
@Component
@Endpoint(id = "mail")
class MailEndpoint {

    private static final Logger log = LoggerFactory.getLogger(MailEndpoint.class);

    private static final int MOST = 100;
    private static final Duration SHOWN = Duration.ofDays(30);
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final JdbcClient jdbc;
    private final SuppressionService suppressions;
    private final SupporterService supporters;
    private final Clock clock;

    MailEndpoint(JdbcClient jdbc, SuppressionService suppressions, SupporterService supporters, Clock clock) {
        this.jdbc = jdbc;
        this.suppressions = suppressions;
        this.supporters = supporters;
        this.clock = clock;
    }

    record Mail(List<Suppressed> suppressed, List<Returned> last30Days, List<Bounce> latest) {}

    /// @param stops a list, or everything
    record Suppressed(String stops, String reason, long addresses) {}

    record Returned(String kind, String source, long mails) {}

    /// @param letter null where the mail was no letter
    record Bounce(
            UUID mail,
            @Nullable String letter,
            String kind,
            @Nullable String code,
            String source,
            OffsetDateTime happenedAt,
            String address) {}

    @ReadOperation
    Mail mail() {
        return new Mail(suppressed(), returned(), latest());
    }

    /// Lets mail go to an address again that was closed, or whose owner complained. What they left themselves stays
    /// left.
    ///
    /// @param lift the address, or its hash as `latest` shows it
    @WriteOperation
    String lift(String lift) {
        var address = address(lift.strip());
        if (address.isEmpty()) {
            return "That is neither an address nor a hash; nothing was done.";
        }
        var lifted = suppressions.lift(address.get());
        if (lifted == 0) {
            return "Nothing stops mail to this address but what its owner wished; nothing was done.";
        }
        log.info(
                "Lifted {} suppressions of {}",
                lifted,
                HexFormat.of().formatHex(address.get().bytes()));
        return "It is written to again.";
    }

    private Optional<KeyedHash> address(String text) {
        if (HASH.matcher(text).matches()) {
            return Optional.of(new KeyedHash(HexFormat.of().parseHex(text)));
        }
        try {
            return Optional.of(supporters.hash(new EmailAddress(text)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private List<Suppressed> suppressed() {
        return jdbc.sql("""
                        select stops, reason, count(*) as addresses from suppression group by stops, reason
                        order by stops, reason
                        """).query(Suppressed.class).list();
    }

    private List<Returned> returned() {
        return jdbc.sql("""
                        select kind, source, count(*) as mails from bounce where booked_at > :since
                        group by kind, source order by kind, source
                        """)
                .param("since", clock.instant().minus(SHOWN).atOffset(ZoneOffset.UTC))
                .query(Returned.class)
                .list();
    }

    private List<Bounce> latest() {
        return jdbc.sql("""
                        select b.mail, l.kind as letter, b.kind, b.code, b.source, b.happened_at,
                            encode(b.email_hash, 'hex') as address
                        from bounce b left join letter l on l.id = b.mail order by b.booked_at desc limit :most
                        """).param("most", MOST).query(Bounce.class).list();
    }
}
