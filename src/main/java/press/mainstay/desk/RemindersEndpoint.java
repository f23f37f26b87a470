package press.mainstay.desk;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.shared.EmailAddress;
import press.mainstay.supporter.SupporterService;

/// `/actuator/reminders` on the management port: how many reminders are set, what became of those that were due and
/// why, and what they brought. Who asks for one person's has to know the address.
@Component
@Endpoint(id = "reminders")
class RemindersEndpoint {

    private static final Duration SHOWN = Duration.ofDays(90);

    private final JdbcClient jdbc;
    private final SupporterService supporters;
    private final Clock clock;

    RemindersEndpoint(JdbcClient jdbc, SupporterService supporters, Clock clock) {
        this.jdbc = jdbc;
        this.supporters = supporters;
        this.clock = clock;
    }

    /// @param unconfirmed asked for, and nobody has shown that the address is theirs
    record Reminders(long unconfirmed, long waiting, List<Outcome> due90Days, List<Gifts> brought90Days) {}

    /// @param outcome `sent`, `late`, `refused`, `in_doubt`, or why it was not wanted: `gave`, `member`, …
    record Outcome(String outcome, long reminders) {}

    /// @param minorUnits what was asked for by gifts that came, without renewals
    record Gifts(String frequency, String currency, long gifts, long minorUnits) {}

    @ReadOperation
    Reminders reminders() {
        return new Reminders(count("asked"), count("waiting"), outcomes(), brought());
    }

    private long count(String status) {
        return jdbc.sql("select count(*) from reminder where status = :status")
                .param("status", status)
                .query(Long.class)
                .single();
    }

    private List<Outcome> outcomes() {
        return jdbc.sql("""
                        select coalesce(reason, status) as outcome, count(*) as reminders from letter
                        where kind = 'reminder' and promised_at > :since group by 1 order by 1
                        """).param("since", since()).query(Outcome.class).list();
    }

    private List<Gifts> brought() {
        return jdbc.sql("""
                        select d.frequency, d.amount_currency as currency, count(*) as gifts,
                            sum(d.amount_minor_units) as minor_units
                        from donation d join reminder r on r.id = d.reminder
                        where d.asked_at > :since and exists (select from payment p where p.donation = d.id)
                        group by 1, 2 order by 1, 2
                        """).param("since", since()).query(Gifts.class).list();
    }

    private OffsetDateTime since() {
        return clock.instant().minus(SHOWN).atOffset(ZoneOffset.UTC);
    }

    /// One person's reminder, and what became of it.
    ///
    /// @param outcome null while it waits
    record Told(
            UUID reminder,
            LocalDate dueOn,
            String status,
            @Nullable String outcome,
            @Nullable OffsetDateTime at) {}

    /// @param address by POST, so that no log has it
    @WriteOperation
    List<Told> of(String address) {
        EmailAddress email;
        try {
            email = new EmailAddress(address);
        } catch (IllegalArgumentException _) {
            throw new InvalidEndpointRequestException("No address", "That is not an e-mail address");
        }
        return jdbc.sql("""
                        select r.id as reminder, r.due_on, r.status, coalesce(l.reason, l.status, r.reason) as outcome,
                            coalesce(l.sent_at, r.ended_at) as at
                        from reminder r left join letter l on l.kind = 'reminder' and l.about = r.id::text
                        where r.supporter = :supporter order by r.due_on
                        """)
                .param("supporter", supporters.byAddress(email).orElse(null))
                .query(Told.class)
                .list();
    }
}
