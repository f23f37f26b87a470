package press.mainstay.mail;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.shared.JsonRows;
import press.mainstay.stripe.StripeAccount;
import press.mainstay.supporter.SupportersRecognised;

/// Takes promises of letters.
@Service
public class LetterService {

    private final JdbcClient jdbc;
    private final StripeAccount account;
    private final Clock clock;

    LetterService(JdbcClient jdbc, StripeAccount account, Clock clock) {
        this.jdbc = jdbc;
        this.account = account;
        this.clock = clock;
    }

    /// What a letter is promised for.
    ///
    /// @param about what it is about, by our or Stripe's id: at most one of a kind
    /// @param customer Stripe's; who that is may become known later
    /// @param happenedAt when what it is about happened: of what was before we followed the account, nobody is
    ///     told
    /// @param within later than that it is not sent, but kept as late
    public record Promise(String kind, String about, String customer, Instant happenedAt, Duration within) {}

    private record Row(
            UUID id,
            String kind,
            String about,
            @Nullable String customer,
            @Nullable UUID supporter,
            Instant nextTryAt,
            Instant promisedAt,
            Instant sendBefore) {}

    /// Promises letters, in the transaction of the caller. One of a kind about one thing: a second promise is
    /// the first.
    public void promise(List<Promise> promises) {
        if (promises.isEmpty()) {
            return;
        }
        var beganAt = account.beganAt();
        var rows = promises.stream()
                .filter(promise -> !promise.happenedAt().isBefore(beganAt))
                .map(promise -> new Row(
                        UUID.randomUUID(),
                        promise.kind(),
                        promise.about(),
                        promise.customer(),
                        null,
                        Instant.now(),
                        clock.instant(),
                        promise.happenedAt().plus(promise.within())))
                .toList();
        if (!rows.isEmpty()) {
            jdbc.sql("""
                            insert into letter (id, kind, about, customer, supporter, status, next_try_at, promised_at, send_before)
                            select distinct on (r.kind, r.about) r.id, r.kind, r.about, r.customer, c.supporter,
                                'waiting', r.next_try_at, r.promised_at, r.send_before
                            from jsonb_populate_recordset(null::letter, cast(:rows as jsonb)) r
                            left join supporter_customer c on c.customer = r.customer
                            order by r.kind, r.about, r.send_before desc
                            on conflict (kind, about) do update set send_before = excluded.send_before
                            where letter.status = 'waiting' and excluded.send_before > letter.send_before
                            """).param("rows", JsonRows.of(rows)).update();
        }
    }

    /// What a letter to one who need not be a customer is promised for.
    ///
    /// @param supporter null: to the newsroom itself, or to whom `about` tells
    /// @param sendBefore later than that it is not sent, but kept as late
    public record ToSupporter(String about, @Nullable UUID supporter, Instant sendBefore) {}

    /// Promises letters in the transaction of the caller. One of a kind about one thing.
    public void promise(String kind, List<ToSupporter> promises) {
        if (promises.isEmpty()) {
            return;
        }
        var rows = promises.stream()
                .map(promise -> new Row(
                        UUID.randomUUID(),
                        kind,
                        promise.about(),
                        null,
                        promise.supporter(),
                        Instant.now(),
                        clock.instant(),
                        promise.sendBefore()))
                .toList();
        jdbc.sql("""
                        insert into letter (id, kind, about, supporter, status, next_try_at, promised_at, send_before)
                        select id, kind, about, supporter, 'waiting', next_try_at, promised_at, send_before
                        from jsonb_populate_recordset(null::letter, cast(:rows as jsonb))
                        on conflict (kind, about) do nothing
                        """).param("rows", JsonRows.of(rows)).update();
    }

    /// Promises one letter.
    ///
    /// @see #promise(String, List)
    public void promise(String kind, String about, @Nullable UUID supporter, Instant sendBefore) {
        promise(kind, List.of(new ToSupporter(about, supporter, sendBefore)));
    }

    /// Letters that waited to know who a customer is, or whose customer has a new address.
    @EventListener
    void on(SupportersRecognised recognised) {
        jdbc.sql("""
                        update letter l set supporter = r.value::uuid
                        from jsonb_each_text(cast(:customers as jsonb)) r
                        where l.customer = r.key and l.status = 'waiting' and l.supporter is distinct from r.value::uuid
                        """).param("customers", JsonRows.of(recognised.customers())).update();
    }
}
