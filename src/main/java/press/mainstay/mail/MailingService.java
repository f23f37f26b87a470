package press.mainstay.mail;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// Plans mailings, stops them, and says how they stand.
@Service
public class MailingService {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Map<String, Mailing> kinds;

    MailingService(JdbcClient jdbc, Clock clock, List<Mailing> kinds) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.kinds = kinds.stream().collect(Collectors.toMap(Mailing::kind, Function.identity()));
    }

    /// How a mailing stands.
    ///
    /// @param status `planned`, `sending`, `paused`, `done`, `cancelled`, `missed`
    /// @param pauseReason `staff` or `failures`
    /// @param recipients of the frozen audience; null until it starts
    /// @param counts add up to the recipients
    /// @param perSecond how many mails go out at present, on all nodes
    public record Progress(
            String kind,
            String about,
            String status,
            @Nullable String pauseReason,
            @Nullable Integer recipients,
            Map<DeliveryStatus, Integer> counts,
            double perSecond,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {}

    /// Plans a mailing, in the transaction of the caller. One of a kind about one thing: a second plan is the
    /// first.
    ///
    /// @param sendBefore what was not sent by then is kept as missed
    /// @return its id
    @Transactional
    public int create(String kind, String about, Instant sendAfter, Instant sendBefore) {
        var mailing = kinds.get(kind);
        if (mailing == null) {
            throw new IllegalArgumentException("No mailing of kind " + kind);
        }
        return jdbc.sql("""
                        insert into mailing (kind, about, list, status, send_after, send_before, planned_at)
                        values (:kind, :about, :list, 'planned', :after, :before, :now)
                        on conflict (kind, about) do nothing
                        returning id
                        """)
                .param("kind", kind)
                .param("about", about)
                .param("list", mailing.list().word())
                .param("after", utc(sendAfter))
                .param("before", utc(sendBefore))
                .param("now", utc(clock.instant()))
                .query(Integer.class)
                .optional()
                .or(() -> find(kind, about))
                .orElseThrow();
    }

    public Optional<Integer> find(String kind, String about) {
        return jdbc.sql("select id from mailing where kind = :kind and about = :about")
                .param("kind", kind)
                .param("about", about)
                .query(Integer.class)
                .optional();
    }

    /// Mails that are under way go out; within a second nothing else does.
    ///
    /// @return whether there was something to pause
    public boolean pause(int id) {
        return jdbc.sql("""
                        update mailing set status = 'paused', pause_reason = 'staff'
                        where id = :id and status in ('planned', 'sending')
                        """).param("id", id).update() == 1;
    }

    /// Goes on, and does not pause by itself any more: somebody has looked.
    ///
    /// @return whether it was paused
    public boolean resume(int id) {
        return jdbc.sql("""
                        update mailing set status = case when started_at is null then 'planned' else 'sending' end,
                            pause_reason = null, guarded = guarded and pause_reason <> 'failures'
                        where id = :id and status = 'paused'
                        """).param("id", id).update() == 1;
    }

    /// Who was not written to yet will not be.
    ///
    /// @return whether there was something to cancel
    public boolean cancel(int id) {
        return jdbc.sql("""
                        update mailing set status = 'cancelled', pause_reason = null,
                            ended_at = case when started_at is null then cast(:now as timestamptz) end
                        where id = :id and status in ('planned', 'sending', 'paused')
                        """).param("id", id).param("now", utc(clock.instant())).update() == 1;
    }

    /// Who may have got it: the relay had the whole mail and did not answer, or the node that sent it died.
    public List<UUID> inDoubt(int id) {
        return jdbc.sql("""
                        select d.recipient from mailing_batch b
                        join delivery d on d.mailing = b.mailing and d.position between b.first_position and b.last_position
                        where b.mailing = :id and b.in_doubt > 0 and d.status = 'in_doubt' and d.recipient is not null
                        order by d.position
                        """).param("id", id).query(UUID.class).list();
    }

    /// Sends to those in doubt once more, under the same Message-ID; some of them will have it twice. Only a
    /// person can decide that.
    ///
    /// @return to how many; nobody if the mailing was cancelled or its time is over
    @Transactional
    public int sendToThoseInDoubt(int id) {
        var open =
                jdbc.sql("""
                        update mailing set status = case when status = 'done' then 'sending' else status end, ended_at = null
                        where id = :id and status in ('sending', 'paused', 'done') and send_before > :now
                            and exists (select from mailing_batch b where b.mailing = :id and b.in_doubt > 0)
                        """).param("id", id).param("now", utc(clock.instant())).update() == 1;
        if (!open) {
            return 0;
        }
        // the owner of a leased batch finds them when it comes to the batch's end
        jdbc.sql("select 1 from mailing_batch where mailing = :id and in_doubt > 0 order by number for update")
                .param("id", id)
                .query()
                .listOfRows();
        var again = jdbc.sql("""
                        update delivery d set status = 'waiting', code = null
                        from mailing_batch b
                        where b.mailing = :id and b.in_doubt > 0
                            and d.mailing = b.mailing and d.position between b.first_position and b.last_position
                            and d.status = 'in_doubt'
                        """).param("id", id).update();
        jdbc.sql("""
                        update mailing_batch set in_doubt = 0,
                            status = case when status = 'leased' then 'leased' else 'ready' end,
                            due_at = clock_timestamp(),
                            done_upto = case when status = 'leased' then done_upto else first_position - 1 end,
                            intent_upto = case when status = 'leased' then intent_upto else first_position - 1 end
                        where mailing = :id and in_doubt > 0
                        """).param("id", id).update();
        return again;
    }

    /// @throws IllegalArgumentException if there is none
    public Progress progress(int id) {
        return jdbc.sql("""
                        select m.kind, m.about, m.status, m.pause_reason, m.recipients, m.started_at, m.ended_at,
                            coalesce(b.sent, 0) as sent, coalesce(b.refused, 0) as refused,
                            coalesce(b.in_doubt, 0) as in_doubt, coalesce(b.suppressed, 0) as suppressed,
                            coalesce(b.deferred, 0) as deferred, coalesce(b.expired, 0) as expired,
                            coalesce(b.missed, 0) as missed, coalesce(b.cancelled, 0) as cancelled,
                            coalesce(b.per_second, 0) as per_second
                        from mailing m
                        cross join lateral (
                            select sum(sent) as sent, sum(refused) as refused, sum(in_doubt) as in_doubt,
                                sum(suppressed) as suppressed, sum(deferred) as deferred, sum(expired) as expired,
                                sum(missed) as missed, sum(cancelled) as cancelled,
                                sum(lease_sent / greatest(extract(epoch from clock_timestamp() - leased_at), 0.1))
                                    filter (where status = 'leased') as per_second
                            from mailing_batch where mailing = m.id
                        ) b
                        where m.id = :id
                        """)
                .param("id", id)
                .query((row, _) -> {
                    var recipients = row.getObject("recipients", Integer.class);
                    var counts = new EnumMap<DeliveryStatus, Integer>(DeliveryStatus.class);
                    var waiting = recipients == null ? 0 : recipients;
                    for (var status : DeliveryStatus.counted()) {
                        counts.put(status, row.getInt(status.word()));
                        waiting -= row.getInt(status.word());
                    }
                    counts.put(DeliveryStatus.WAITING, waiting);
                    return new Progress(
                            row.getString("kind"),
                            row.getString("about"),
                            row.getString("status"),
                            row.getString("pause_reason"),
                            recipients,
                            counts,
                            row.getDouble("per_second"),
                            instant(row.getObject("started_at", OffsetDateTime.class)),
                            instant(row.getObject("ended_at", OffsetDateTime.class)));
                })
                .optional()
                .orElseThrow(() -> new IllegalArgumentException("No mailing " + id));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
