package press.mainstay.desk;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.desk.BooksWatch.Finding;
import press.mainstay.membership.MembershipService;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.StripeImport;
import press.mainstay.stripe.StripeInbox;

/// `/actuator/books` on the management port: what is wrong, which events wait for a person, and the jobs to be run
/// now. Never a person's data.
@Component
@Endpoint(id = "books")
class BooksEndpoint {

    private static final int MOST = 100;

    private final JdbcClient jdbc;
    private final BooksWatch watch;
    private final StripeInbox inbox;
    private final StripeImport imports;
    private final MembershipService memberships;
    private final SchedulerClient scheduler;
    private final QueueWorker events;
    private final Clock clock;

    BooksEndpoint(
            JdbcClient jdbc,
            BooksWatch watch,
            StripeInbox inbox,
            StripeImport imports,
            MembershipService memberships,
            SchedulerClient scheduler,
            QueueWorker stripeEventWorker,
            Clock clock) {
        this.jdbc = jdbc;
        this.watch = watch;
        this.inbox = inbox;
        this.imports = imports;
        this.memberships = memberships;
        this.scheduler = scheduler;
        this.events = stripeEventWorker;
        this.clock = clock;
    }

    record Books(
            List<Finding> findings,
            List<Trouble> events,
            List<Difference> drift,
            List<Reconciled> reconciled,
            List<StripeImport.Progress> imported,
            List<Job> jobs,
            int peopleWithSeveralMemberships) {}

    /// An event that waits for a person or a release.
    record Trouble(
            String event,
            String type,
            @Nullable String object,
            String status,
            int attempts,
            @Nullable String error,
            OffsetDateTime receivedAt) {}

    record Difference(
            String object,
            String id,
            String what,
            @Nullable String ours,
            @Nullable String stripes,
            OffsetDateTime foundAt) {}

    /// @param difference of our net from Stripe's, in minor units
    record Reconciled(String currency, OffsetDateTime reconciledUntil, long difference) {}

    record Job(
            String name,
            OffsetDateTime next,
            @Nullable OffsetDateTime lastSuccess,
            @Nullable OffsetDateTime lastFailure) {}

    @ReadOperation
    Books books() {
        return new Books(
                watch.findings(),
                troubles(),
                drift(),
                reconciled(),
                imports.progress(),
                jobs(),
                memberships.severalAtOnce().size());
    }

    /// Runs a job now, on whichever node is free.
    ///
    /// @param run the name of one of the `jobs`, or `stripe-import`
    @WriteOperation
    String run(String run) {
        if (run.equals(StripeImport.TASK)) {
            imports.prepare();
            scheduler.scheduleIfNotExists(new TaskInstance<>(run, "once"), clock.instant());
            return "The import runs; this page shows how far it is.";
        }
        if (jobs().stream().noneMatch(job -> job.name().equals(run))) {
            return "There is no job of that name; nothing was done.";
        }
        return scheduler.reschedule(TaskInstanceId.of(run, "recurring"), Instant.EPOCH)
                ? "It runs within seconds."
                : "It is running.";
    }

    /// Sees to an event that waits for a person.
    ///
    /// @param event Stripe's id
    /// @param reason why it is set aside; without one it is tried again
    @WriteOperation
    String event(@Selector String event, @Nullable String reason) {
        var done = reason == null || reason.isBlank() ? inbox.retry(event) : inbox.ignore(event, reason);
        if (!done) {
            return "No event of that id waits for a person; nothing was done.";
        }
        events.wake();
        return reason == null || reason.isBlank() ? "It is tried again." : "It is set aside.";
    }

    private List<Trouble> troubles() {
        return jdbc.sql("""
                        select event_id as event, type, object_id as object, status, attempts, last_error as error, received_at
                        from stripe_event where status in ('quarantined', 'dead') order by received_at limit :most
                        """).param("most", MOST).query(Trouble.class).list();
    }

    private List<Difference> drift() {
        return jdbc.sql("""
                        select object, object_id as id, what, ours, stripes, found_at from drift
                        where mended_at is null order by found_at limit :most
                        """).param("most", MOST).query(Difference.class).list();
    }

    private List<Reconciled> reconciled() {
        return jdbc.sql("""
                        select distinct on (currency) currency, reconciled_until,
                            ledger_minor_units - stripe_minor_units as difference
                        from reconciliation order by currency, id desc
                        """).query(Reconciled.class).list();
    }

    private List<Job> jobs() {
        return jdbc.sql("""
                        select task_name as name, execution_time as next, last_success, last_failure
                        from scheduled_tasks where task_instance = 'recurring' order by task_name
                        """).query(Job.class).list();
    }
}
