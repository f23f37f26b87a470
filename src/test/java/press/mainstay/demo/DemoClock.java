package press.mainstay.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The machine's time and a lead over it that only grows. The lead is kept in the demo's database, so that a restart
/// goes
/// on in the same year.
public final class DemoClock extends Clock {

    private final Clock machine;
    private final ZoneId zone;
    private final Lead lead;

    /// @param database where the lead is kept; null to forget it with the JVM
    public DemoClock(@Nullable DataSource database) {
        this(Clock.systemUTC(), database);
    }

    DemoClock(Clock machine, @Nullable DataSource database) {
        this(machine, ZoneOffset.UTC, new Lead(database == null ? null : JdbcClient.create(database)));
    }

    private DemoClock(Clock machine, ZoneId zone, Lead lead) {
        this.machine = machine;
        this.zone = zone;
        this.lead = lead;
    }

    @Override
    public Instant instant() {
        return machine.instant().plus(lead.value);
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return new DemoClock(machine, other, lead);
    }

    /// Moves on to a moment, from where time runs on; nothing happens if it has passed already.
    public void moveTo(Instant moment) {
        lead.growTo(Duration.between(machine.instant(), moment));
    }

    /// @throws IllegalArgumentException if the step leads back
    public void forward(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("The clock moves forward only, not by " + step);
        }
        moveTo(instant().plus(step));
    }

    private static final class Lead {

        private final @Nullable JdbcClient jdbc;
        private volatile Duration value = Duration.ZERO;

        Lead(@Nullable JdbcClient jdbc) {
            this.jdbc = jdbc;
            if (jdbc != null) {
                jdbc.sql("create table if not exists demo_clock (id int primary key, lead text not null)")
                        .update();
                jdbc.sql("select lead from demo_clock")
                        .query(String.class)
                        .optional()
                        .ifPresent(kept -> value = Duration.parse(kept));
            }
        }

        synchronized void growTo(Duration wanted) {
            if (wanted.compareTo(value) <= 0) {
                return;
            }
            if (jdbc != null) {
                jdbc.sql("""
                                insert into demo_clock (id, lead) values (1, :lead)
                                on conflict (id) do update set lead = excluded.lead
                                """).param("lead", wanted.toString()).update();
            }
            value = wanted;
        }
    }
}
