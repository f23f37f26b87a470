package press.mainstay.mail;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.sealing.Sealed;
import press.mainstay.shared.JsonRows;
import press.mainstay.shared.MailList;

/// Gives out what is to be sent, and takes down what became of it: one short transaction for each window of mails.
///
/// A worker leases a batch and says in the database, durably, which recipients come next before it writes to the
/// first of them. Who takes a batch over after a crash therefore knows which may have their mail: those are in
/// doubt, and nobody writes to them again by himself. Who lost a lease and does not know it can finish its window,
/// which nobody else touches, and then learns from the token that it is over.
@Component
class MailingQueue {

    private static final Logger log = LoggerFactory.getLogger(MailingQueue.class);

    /// Between the rounds of a batch, for those that were put off. The last one holds for all further rounds.
    private static final List<Duration> ROUNDS =
            List.of(Duration.ofMinutes(5), Duration.ofMinutes(15), Duration.ofHours(1), Duration.ofHours(4));

    private static final int FEWEST_FAILURES = 10;

    private static final String ADD = """
            sent = sent + :sent, refused = refused + :refused, in_doubt = in_doubt + :in_doubt,
            suppressed = suppressed + :suppressed, deferred = deferred + :deferred, expired = expired + :expired,
            missed = missed + :missed, cancelled = cancelled + :cancelled, lease_sent = lease_sent + greatest(:sent, 0)
            """;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final MailProperties properties;
    private final RelayRate rate;
    private final TransactionTemplate transaction;
    private final BounceService bounces;

    MailingQueue(
            JdbcClient jdbc,
            Clock clock,
            MailProperties properties,
            RelayRate rate,
            TransactionTemplate transaction,
            BounceService bounces) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.properties = properties;
        this.rate = rate;
        this.transaction = transaction;
        this.bounces = bounces;
    }

    /// A leased part of a mailing.
    ///
    /// @param doneUpto the position from which to go on, less one
    record Batch(int mailing, int number, int first, int last, int doneUpto, MailList list, UUID token) {

        int size() {
            return last - first + 1;
        }
    }

    /// @param id the delivery's
    record Recipient(int position, UUID id, UUID supporter, String variant, Sealed email) {}

    /// What became of one recipient.
    ///
    /// @param delivery its id
    /// @param why what the relay said of the address, where it refused it
    /// @param failure whether it counts towards pausing the mailing
    record Result(
            int position,
            UUID delivery,
            DeliveryStatus status,
            @Nullable String code,
            @Nullable DeliveryCode why,
            boolean failure) {}

    /// Another node took the batch over.
    static final class LeaseLostException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// Leases the next batch. One whose lease ran out comes with its last window in doubt.
    ///
    /// @param relayRests whether only what needs no relay is wanted: what was cancelled or is over
    Optional<Batch> claim(boolean relayRests) {
        return transaction.execute(_ -> {
            var token = UUID.randomUUID();
            return jdbc.sql("""
                            with next as (
                                select b.mailing, b.number, m.list from mailing_batch b join mailing m on m.id = b.mailing
                                where m.ended_at is null and b.status <> 'done' and (
                                    b.status = 'leased' and b.lease_until < clock_timestamp()
                                    or b.status = 'ready' and m.status = 'sending' and b.due_at <= clock_timestamp() and not :relayRests
                                    or b.status = 'ready' and (m.status = 'cancelled' or m.status = 'sending' and m.send_before <= :now))
                                order by b.mailing, b.number limit 1 for update of b skip locked)
                            update mailing_batch b set status = 'leased', lease_token = :token,
                                lease_until = clock_timestamp() + cast(:lease as interval), leased_at = clock_timestamp(), lease_sent = 0,
                                done_upto = b.intent_upto
                            from next where b.mailing = next.mailing and b.number = next.number
                            returning b.mailing, b.number, b.first_position, b.last_position, b.done_upto, next.list,
                                old.status = 'leased' as taken_over, old.done_upto as doubt_after
                            """)
                    .param("relayRests", relayRests)
                    .param("now", utc(clock.instant()))
                    .param("token", token)
                    .param("lease", properties.lease().toMillis() + " milliseconds")
                    .query((row, _) -> {
                        var batch = new Batch(
                                row.getInt("mailing"),
                                row.getInt("number"),
                                row.getInt("first_position"),
                                row.getInt("last_position"),
                                row.getInt("done_upto"),
                                MailList.of(row.getString("list")),
                                token);
                        if (row.getBoolean("taken_over")) {
                            doubt(batch, row.getInt("doubt_after"));
                        }
                        return batch;
                    })
                    .optional();
        });
    }

    private void doubt(Batch batch, int after) {
        var inDoubt = jdbc.sql("""
                        with u as (
                            update delivery set status = 'in_doubt', code = 'LEASE', at = :now
                            where mailing = :mailing and position > :after and position <= :upto
                                and status in ('waiting', 'deferred')
                            returning old.status as was, new.status as became)
                        select was, became, count(*) as n from u group by was, became
                        """)
                .param("mailing", batch.mailing())
                .param("after", after)
                .param("upto", batch.doneUpto())
                .param("now", utc(clock.instant()));
        var changes = changes(inDoubt);
        log.warn(
                "Mailing {}: batch {} is taken over, {} recipients are in doubt",
                batch.mailing(),
                batch.number(),
                changes.getOrDefault(DeliveryStatus.IN_DOUBT, 0));
        add(batch, changes);
    }

    /// The owners are alive, however long the relay takes.
    void renew(Collection<UUID> tokens) {
        if (!tokens.isEmpty()) {
            jdbc.sql("""
                            update mailing_batch set lease_until = clock_timestamp() + cast(:lease as interval)
                            where status = 'leased' and lease_token in (:tokens)
                            """)
                    .param("lease", properties.lease().toMillis() + " milliseconds")
                    .param("tokens", tokens)
                    .update();
        }
    }

    /// Which started mailings are not to be worked on at present.
    List<Integer> halted() {
        return jdbc.sql("select id from mailing where ended_at is null and status <> 'sending'")
                .query(Integer.class)
                .list();
    }

    /// Takes down what became of the last window, and intends the next one. Safe to be called again if it is not
    /// known whether it worked.
    ///
    /// @param doneUpto the last position that was tried
    /// @param failures how many there were since the batch was leased
    /// @param more whether the worker would like to go on
    /// @return to whom to write now; nobody: the batch is over, or given back
    /// @throws LeaseLostException if it is another's: nothing is taken down
    List<Recipient> next(Batch batch, int doneUpto, List<Result> results, int failures, boolean more) {
        return transaction.execute(_ -> {
            var state = fence(batch);
            var changes = take(batch, results);
            results.stream()
                    .filter(result -> result.why() != null)
                    .forEach(result -> bounces.take(
                            result.delivery(), result.why().kind(), result.why(), BounceService.Source.SMTP, null));
            var goesOn = state.equals("sending") && !(failures > mostFailures(batch) && pauseByItself(batch, failures));
            var over = state.equals("cancelled") || state.equals("late");
            if (over) {
                merge(changes, drop(batch, state));
            }
            var window = goesOn && more ? select(batch, doneUpto, changes) : List.<Recipient>of();
            if (!window.isEmpty()) {
                intend(batch, doneUpto, window.getLast().position(), changes);
            } else if (over || goesOn && more) {
                endRound(batch, changes);
            } else {
                giveBack(batch, doneUpto, changes);
            }
            return window;
        });
    }

    /// From here until the commit nobody can take the batch over.
    private String fence(Batch batch) {
        return jdbc.sql("""
                        select case when m.status = 'sending' and m.send_before <= :now then 'late' else m.status end
                        from mailing_batch b join mailing m on m.id = b.mailing
                        where b.mailing = :mailing and b.number = :number and b.lease_token = :token
                        for update of b
                        """)
                .param("now", utc(clock.instant()))
                .param("mailing", batch.mailing())
                .param("number", batch.number())
                .param("token", batch.token())
                .query(String.class)
                .optional()
                .orElseThrow(LeaseLostException::new);
    }

    private record Row(
            int position, String status, @Nullable String code) {}

    private Map<DeliveryStatus, Integer> take(Batch batch, List<Result> results) {
        return results.isEmpty()
                ? new EnumMap<>(DeliveryStatus.class)
                : take(batch, results, "status in ('waiting', 'deferred')");
    }

    /// The batch's bounds are for the planner: before the first `analyze` of a new mailing's rows it would read them
    /// all.
    private Map<DeliveryStatus, Integer> take(Batch batch, List<Result> results, String condition) {
        var rows = results.stream()
                .map(result -> new Row(result.position(), result.status().word(), result.code()))
                .toList();
        return changes(jdbc.sql("""
                        with r as (
                            select * from jsonb_to_recordset(cast(:rows as jsonb)) as r (position int, status text, code text)),
                        u as (
                            update delivery d set status = r.status, code = r.code, at = :now
                            from r where d.mailing = :mailing and d.position = r.position
                                and d.position between :first and :last and d.%s
                            returning old.status as was, new.status as became)
                        select was, became, count(*) as n from u group by was, became
                        """.formatted(condition))
                .param("rows", JsonRows.of(rows))
                .param("mailing", batch.mailing())
                .param("first", batch.first())
                .param("last", batch.last())
                .param("now", utc(clock.instant())));
    }

    /// What a node learnt after it had lost its lease: a late yes or no ends a doubt, and nothing else.
    void takeLate(Batch batch, List<Result> results) {
        var known = results.stream()
                .filter(result -> result.status() == DeliveryStatus.SENT || result.status() == DeliveryStatus.REFUSED)
                .toList();
        if (!known.isEmpty()) {
            transaction.executeWithoutResult(_ -> {
                jdbc.sql("select 1 from mailing_batch where mailing = :mailing and number = :number for update")
                        .param("mailing", batch.mailing())
                        .param("number", batch.number())
                        .query()
                        .listOfRows();
                add(batch, take(batch, known, "status = 'in_doubt'"));
            });
        }
    }

    private boolean pauseByItself(Batch batch, int failures) {
        var paused = jdbc.sql("""
                        update mailing set status = 'paused', pause_reason = 'failures'
                        where id = :mailing and guarded and status = 'sending'
                        """).param("mailing", batch.mailing()).update() == 1;
        if (paused) {
            log.error(
                    "Mailing {} pauses by itself: {} of the {} recipients of batch {} failed",
                    batch.mailing(),
                    failures,
                    batch.size(),
                    batch.number());
        }
        return paused;
    }

    private int mostFailures(Batch batch) {
        return Math.max(FEWEST_FAILURES, batch.size() * properties.mostFailures() / 100);
    }

    private Map<DeliveryStatus, Integer> drop(Batch batch, String state) {
        return changes(jdbc.sql("""
                        with u as (
                            update delivery set status = case
                                when :state = 'cancelled' then 'cancelled'
                                when status = 'deferred' then 'expired'
                                else 'missed' end
                            where mailing = :mailing and position between :first and :last and status in ('waiting', 'deferred')
                            returning old.status as was, new.status as became)
                        select was, became, count(*) as n from u group by was, became
                        """)
                .param("state", state)
                .param("mailing", batch.mailing())
                .param("first", batch.first())
                .param("last", batch.last()));
    }

    private record Candidate(Recipient recipient, boolean suppressed) {}

    /// Who comes next and is still to be written to, by what is committed now. With `offset 0` each is looked up by
    /// itself: else PostgreSQL may read whole tables into a hash, for the fifty who are next.
    private List<Recipient> select(Batch batch, int doneUpto, Map<DeliveryStatus, Integer> changes) {
        var from = doneUpto;
        while (true) {
            var most = rate.atOnce(properties.window());
            var candidates = jdbc.sql("""
                            select d.position, d.id, d.recipient, d.variant, s.email,
                                s.email is null
                                or not exists (select from consent c
                                    where c.supporter = s.id and c.list = :list and c.withdrawn_at is null offset 0)
                                or exists (select from suppression x
                                    where x.email_hash = s.email_hash and x.stops in (:list, 'everything') offset 0) as suppressed
                            from delivery d
                            left join lateral (
                                select id, email, email_hash from supporter where id = d.recipient offset 0) s on true
                            where d.mailing = :mailing and d.position > :from and d.position <= :last
                                and d.status in ('waiting', 'deferred')
                            order by d.position limit :most
                            """)
                    .param("list", batch.list().word())
                    .param("mailing", batch.mailing())
                    .param("from", from)
                    .param("last", batch.last())
                    .param("most", most)
                    .query((row, _) -> new Candidate(
                            new Recipient(
                                    row.getInt("position"),
                                    row.getObject("id", UUID.class),
                                    row.getObject("recipient", UUID.class),
                                    row.getString("variant"),
                                    new Sealed(row.getBytes("email"))),
                            row.getBoolean("suppressed")))
                    .list();
            var suppressed = candidates.stream()
                    .filter(Candidate::suppressed)
                    .map(candidate -> new Result(
                            candidate.recipient().position(),
                            candidate.recipient().id(),
                            DeliveryStatus.SUPPRESSED,
                            null,
                            null,
                            false))
                    .toList();
            merge(changes, take(batch, suppressed));
            if (suppressed.size() < candidates.size() || candidates.isEmpty()) {
                return candidates.stream()
                        .filter(candidate -> !candidate.suppressed())
                        .map(Candidate::recipient)
                        .toList();
            }
            from = candidates.getLast().recipient().position();
        }
    }

    private void intend(Batch batch, int doneUpto, int intentUpto, Map<DeliveryStatus, Integer> changes) {
        update(
                        batch,
                        changes,
                        "done_upto = :done, intent_upto = :intent, lease_until = clock_timestamp() + cast(:lease as interval)")
                .param("done", doneUpto)
                .param("intent", intentUpto)
                .param("lease", properties.lease().toMillis() + " milliseconds")
                .update();
    }

    private void giveBack(Batch batch, int doneUpto, Map<DeliveryStatus, Integer> changes) {
        update(
                        batch,
                        changes,
                        "status = 'ready', lease_token = null, due_at = clock_timestamp(), done_upto = :done, intent_upto = :done")
                .param("done", doneUpto)
                .update();
    }

    /// Those that were put off have another round, and so have those in doubt to whom somebody wants to send again.
    private void endRound(Batch batch, Map<DeliveryStatus, Integer> changes) {
        var left = jdbc.sql("""
                        select count(*) filter (where status = 'waiting') as waiting,
                            count(*) filter (where status = 'deferred') as deferred
                        from delivery where mailing = :mailing and position between :first and :last
                        """)
                .param("mailing", batch.mailing())
                .param("first", batch.first())
                .param("last", batch.last())
                .query(Left.class)
                .single();
        if (left.waiting() == 0 && left.deferred() == 0) {
            update(
                            batch,
                            changes,
                            "status = 'done', lease_token = null, done_upto = last_position, intent_upto = last_position")
                    .update();
        } else {
            update(batch, changes, """
                            status = 'ready', lease_token = null, done_upto = first_position - 1, intent_upto = first_position - 1,
                            round = round + 1, due_at = clock_timestamp()
                                + (cast(:pauses as interval[]))[case when :waiting > 0 then 1 else least(round + 2, :rounds + 1) end]
                            """)
                    .param("waiting", left.waiting())
                    .param("rounds", ROUNDS.size())
                    .param("pauses", pauses())
                    .update();
        }
    }

    private record Left(int waiting, int deferred) {}

    private static String pauses() {
        var pauses = new ArrayList<>(List.of("0 seconds"));
        ROUNDS.forEach(pause -> pauses.add(pause.toSeconds() + " seconds"));
        return "{" + String.join(",", pauses) + "}";
    }

    private void add(Batch batch, Map<DeliveryStatus, Integer> changes) {
        update(batch, changes, "due_at = due_at").update();
    }

    private JdbcClient.StatementSpec update(Batch batch, Map<DeliveryStatus, Integer> changes, String set) {
        var statement = jdbc.sql("update mailing_batch set " + ADD + ", " + set
                        + " where mailing = :mailing and number = :number")
                .param("mailing", batch.mailing())
                .param("number", batch.number());
        for (var status : DeliveryStatus.counted()) {
            statement = statement.param(status.word(), changes.getOrDefault(status, 0));
        }
        return statement;
    }

    /// By how much each count grows.
    private static Map<DeliveryStatus, Integer> changes(JdbcClient.StatementSpec grouped) {
        var changes = new EnumMap<DeliveryStatus, Integer>(DeliveryStatus.class);
        grouped.query(row -> {
            changes.merge(DeliveryStatus.of(row.getString("was")), -row.getInt("n"), Integer::sum);
            changes.merge(DeliveryStatus.of(row.getString("became")), row.getInt("n"), Integer::sum);
        });
        return changes;
    }

    private static void merge(Map<DeliveryStatus, Integer> changes, Map<DeliveryStatus, Integer> more) {
        more.forEach((status, n) -> changes.merge(status, n, Integer::sum));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
