package press.mainstay.membership;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.membership.History.Change;
import press.mainstay.membership.Snapshot.State;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.JsonRows;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeNews;
import press.mainstay.stripe.StripeOrder;
import press.mainstay.stripe.StripeRefetch;

/// Who is a member, since when and until when. Everything is calculated anew from all that Stripe ever said of
/// a subscription, see [History]; late news changes what is known of the past, and the rows that no longer hold
/// stay.
@Service
public class MembershipService {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final StripeRefetch refetch;

    MembershipService(JdbcClient jdbc, Clock clock, StripeRefetch refetch) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.refetch = refetch;
    }

    public Optional<Membership> find(String subscription) {
        return jdbc.sql("select * from subscription where id = :id and standing is not null")
                .param("id", subscription)
                .query(MembershipService::membership)
                .optional();
    }

    /// All memberships of a person, the newest first: more than one that runs is shown as such.
    public List<Membership> of(UUID supporter) {
        return jdbc.sql("""
                        select s.* from supporter_customer c join subscription s on s.customer = c.customer
                        where c.supporter = :supporter and s.standing is not null order by s.started_at desc
                        """)
                .param("supporter", supporter)
                .query(MembershipService::membership)
                .list();
    }

    /// Whether a person is a member, or has begun to become one.
    public boolean isMember(UUID supporter) {
        return of(supporter).stream()
                .map(Membership::standing)
                .anyMatch(standing -> standing.isMember() || standing == Standing.STARTING);
    }

    /// How a membership ended or lapsed.
    ///
    /// @param before how it stood until then
    record End(Standing before, Instant at) {}

    /// @return empty if it runs, or if it stood so already when the account was imported
    Optional<End> end(String subscription) {
        return jdbc.sql("""
                        select coalesce(c.standing_before, 'active') as before, c.happened_at
                        from membership_change c join subscription s on s.id = c.subscription and s.standing = c.standing
                        where c.subscription = :subscription and c.superseded_at is null
                            and c.standing in ('ended', 'lapsed') and c.standing_before is distinct from c.standing
                            and not exists (
                                select from subscription_snapshot i
                                where i.subscription = c.subscription and i.via = 'import'
                                    and i.status in ('canceled', 'unpaid'))
                        order by c.happened_at desc limit 1
                        """)
                .param("subscription", subscription)
                .query((row, _) -> new End(Standing.of(row.getString("before")), instant(row, "happened_at")))
                .optional();
    }

    /// People who have more than one membership that runs, with how many.
    public Map<UUID, Long> severalAtOnce() {
        return jdbc
                .sql("""
                        select c.supporter, count(*) as memberships
                        from subscription s join supporter_customer c on c.customer = s.customer
                        where s.standing in ('active', 'late', 'paused', 'ending')
                        group by c.supporter having count(*) > 1
                        """)
                .query((row, _) -> Map.entry(row.getObject("supporter", UUID.class), row.getLong("memberships")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @EventListener
    @Order(4)
    void on(StripeNews news) {
        var told = news.of(SubscriptionChanged.class).stream()
                .filter(changed -> !changed.foreign())
                .map(Snapshot::of)
                .toList();
        if (!told.isEmpty()) {
            keep(told);
            calculate(told.stream().map(Snapshot::subscription).collect(Collectors.toSet()));
        }
    }

    private record SnapshotRow(
            String source,
            String subscription,
            long stripeOrder,
            Instant toldAt,
            String via,
            String customer,
            @Nullable UUID donation,
            String status,
            boolean collectionPaused,
            long priceMinorUnits,
            long yearlyMinorUnits,
            String priceCurrency,
            String period,
            Instant startedAt,
            @Nullable Instant periodEnd,
            @Nullable Instant cancelAt,
            @Nullable Instant canceledAt,
            @Nullable Instant endedAt,
            @Nullable String endReason,
            Instant bookedAt) {

        static SnapshotRow of(Snapshot snapshot, Instant now) {
            var state = snapshot.state();
            return new SnapshotRow(
                    snapshot.source(),
                    snapshot.subscription(),
                    snapshot.order().value(),
                    snapshot.order().second(),
                    snapshot.via().name().toLowerCase(Locale.ROOT),
                    snapshot.customer(),
                    snapshot.donation(),
                    state.status(),
                    state.collectionPaused(),
                    state.price(),
                    state.yearly(),
                    state.currency(),
                    state.period(),
                    snapshot.startedAt(),
                    state.periodEnd(),
                    state.cancelAt(),
                    state.canceledAt(),
                    state.endedAt(),
                    state.endReason(),
                    now);
        }
    }

    private void keep(List<Snapshot> snapshots) {
        var now = clock.instant();
        jdbc.sql("""
                        insert into subscription_snapshot
                        select * from jsonb_populate_recordset(null::subscription_snapshot, cast(:rows as jsonb))
                        on conflict (source) do nothing
                        """)
                .param(
                        "rows",
                        JsonRows.of(snapshots.stream()
                                .map(snapshot -> SnapshotRow.of(snapshot, now))
                                .toList()))
                .update();
    }

    private record MirrorRow(
            String id,
            @Nullable UUID donation,
            String customer,
            String status,
            boolean collectionPaused,
            long priceMinorUnits,
            long yearlyMinorUnits,
            String priceCurrency,
            String period,
            Instant startedAt,
            @Nullable Instant periodEnd,
            @Nullable Instant cancelAt,
            @Nullable Instant endedAt,
            @Nullable String endReason,
            String standing,
            boolean imported,
            Instant toldAt,
            Instant bookedAt) {}

    private record ChangeRow(
            String subscription,
            Instant happenedAt,
            @Nullable String standingBefore,
            String standing,
            String why,
            long yearlyMinorUnits,
            String currency,
            Instant bookedAt) {}

    private record Holding(long id, Change change) {}

    private void calculate(Collection<String> subscriptions) {
        var now = clock.instant();
        var holding = holding(subscriptions);
        var mirrors = new ArrayList<MirrorRow>();
        var fresh = new ArrayList<ChangeRow>();
        var superseded = new ArrayList<Long>();
        snapshots(subscriptions).forEach((subscription, snapshots) -> {
            var history = History.of(snapshots);
            mirrors.add(mirror(snapshots, history, now));
            var known = holding.getOrDefault(subscription, List.of());
            var calculated = new HashSet<>(history.changes());
            known.stream()
                    .filter(row -> !calculated.contains(row.change()))
                    .map(Holding::id)
                    .forEach(superseded::add);
            known.forEach(row -> calculated.remove(row.change()));
            history.changes().stream()
                    .filter(calculated::contains)
                    .map(change -> row(subscription, change, now))
                    .forEach(fresh::add);
            history.doubt().ifPresent(second -> refetch.wish(subscription, second));
        });
        write(mirrors);
        write(superseded, fresh, now);
    }

    private static ChangeRow row(String subscription, Change change, Instant now) {
        return new ChangeRow(
                subscription,
                change.happenedAt(),
                change.before() == null ? null : change.before().word(),
                change.standing().word(),
                change.why(),
                change.yearly(),
                change.currency(),
                now);
    }

    private static MirrorRow mirror(List<Snapshot> snapshots, History history, Instant now) {
        var state = history.now();
        var newest = snapshots.getLast();
        return new MirrorRow(
                newest.subscription(),
                snapshots.stream()
                        .map(Snapshot::donation)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                newest.customer(),
                state.status(),
                state.collectionPaused(),
                state.price(),
                state.yearly(),
                state.currency(),
                state.period(),
                newest.startedAt(),
                state.periodEnd(),
                state.cancelAt(),
                state.endedAt(),
                state.endReason(),
                history.changes().getLast().standing().word(),
                snapshots.stream().anyMatch(snapshot -> snapshot.via() == Via.IMPORT),
                newest.order().second(),
                now);
    }

    private Map<String, List<Snapshot>> snapshots(Collection<String> subscriptions) {
        return jdbc
                .sql("""
                        select * from subscription_snapshot where subscription = any(:subscriptions)
                        order by stripe_order, source
                        """)
                .param("subscriptions", subscriptions.toArray(String[]::new))
                .query(MembershipService::snapshot)
                .list()
                .stream()
                .collect(Collectors.groupingBy(Snapshot::subscription, TreeMap::new, Collectors.toList()));
    }

    private Map<String, List<Holding>> holding(Collection<String> subscriptions) {
        return jdbc
                .sql("""
                        select * from membership_change
                        where subscription = any(:subscriptions) and superseded_at is null
                        """)
                .param("subscriptions", subscriptions.toArray(String[]::new))
                .query((row, _) -> Map.entry(row.getString("subscription"), holding(row)))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private static Holding holding(ResultSet row) throws SQLException {
        var before = row.getString("standing_before");
        return new Holding(
                row.getLong("id"),
                new Change(
                        instant(row, "happened_at"),
                        before == null ? null : Standing.of(before),
                        Standing.of(row.getString("standing")),
                        row.getString("why"),
                        row.getLong("yearly_minor_units"),
                        row.getString("currency")));
    }

    private void write(List<MirrorRow> mirrors) {
        jdbc.sql("""
                        insert into subscription (id, donation, customer, status, collection_paused, price_minor_units,
                            yearly_minor_units, price_currency, period, started_at, period_end, cancel_at, ended_at,
                            end_reason, standing, imported, told_at, booked_at)
                        select id, donation, customer, status, collection_paused, price_minor_units,
                            yearly_minor_units, price_currency, period, started_at, period_end, cancel_at, ended_at,
                            end_reason, standing, imported, told_at, booked_at
                        from jsonb_populate_recordset(null::subscription, cast(:rows as jsonb))
                        on conflict (id) do update set
                            donation = excluded.donation, customer = excluded.customer, status = excluded.status,
                            collection_paused = excluded.collection_paused,
                            price_minor_units = excluded.price_minor_units,
                            yearly_minor_units = excluded.yearly_minor_units,
                            price_currency = excluded.price_currency, period = excluded.period,
                            started_at = excluded.started_at, period_end = excluded.period_end,
                            cancel_at = excluded.cancel_at, ended_at = excluded.ended_at,
                            end_reason = excluded.end_reason, standing = excluded.standing,
                            imported = excluded.imported, told_at = excluded.told_at, booked_at = excluded.booked_at
                        """).param("rows", JsonRows.of(mirrors)).update();
    }

    private void write(List<Long> superseded, List<ChangeRow> fresh, Instant now) {
        if (!superseded.isEmpty()) {
            jdbc.sql("update membership_change set superseded_at = :now where id = any(:ids)")
                    .param("ids", superseded.toArray(Long[]::new))
                    .param("now", now.atOffset(ZoneOffset.UTC))
                    .update();
        }
        if (!fresh.isEmpty()) {
            jdbc.sql("""
                            insert into membership_change (subscription, happened_at, standing_before, standing, why,
                                yearly_minor_units, currency, booked_at)
                            select subscription, happened_at, standing_before, standing, why,
                                yearly_minor_units, currency, booked_at
                            from jsonb_populate_recordset(null::membership_change, cast(:rows as jsonb))
                            """).param("rows", JsonRows.of(fresh)).update();
        }
    }

    private static Snapshot snapshot(ResultSet row, int number) throws SQLException {
        return new Snapshot(
                row.getString("source"),
                row.getString("subscription"),
                new StripeOrder(row.getLong("stripe_order")),
                Via.valueOf(row.getString("via").toUpperCase(Locale.ROOT)),
                row.getString("customer"),
                row.getObject("donation", UUID.class),
                instant(row, "started_at"),
                new State(
                        row.getString("status"),
                        row.getBoolean("collection_paused"),
                        row.getLong("price_minor_units"),
                        row.getLong("yearly_minor_units"),
                        row.getString("price_currency"),
                        row.getString("period"),
                        optional(row, "period_end"),
                        optional(row, "cancel_at"),
                        optional(row, "canceled_at"),
                        optional(row, "ended_at"),
                        row.getString("end_reason")));
    }

    private static Membership membership(ResultSet row, int number) throws SQLException {
        var ended = optional(row, "ended_at");
        return new Membership(
                row.getString("id"),
                row.getString("customer"),
                row.getObject("donation", UUID.class),
                Standing.of(row.getString("standing")),
                new Money(row.getLong("price_minor_units"), row.getString("price_currency")),
                row.getString("period").equals("year") ? Frequency.ANNUAL : Frequency.MONTHLY,
                row.getLong("yearly_minor_units"),
                instant(row, "started_at"),
                optional(row, "period_end"),
                ended != null ? ended : optional(row, "cancel_at"),
                row.getBoolean("imported"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant optional(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
