package press.mainstay.stripe;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;

/// Takes over what an account holds from before we followed it: one list of Stripe's after the other, a page at a
/// time, through the same door as events. Whoever begins again goes on where the last page ended; a page that is
/// read twice changes nothing. Nobody gets a letter of it, see [StripeAccount#beganAt].
@Component
public class StripeImport {

    /// The name of the task that does it.
    public static final String TASK = "stripe-import";

    private static final Logger log = LoggerFactory.getLogger(StripeImport.class);

    private final JdbcClient jdbc;
    private final StripeGateway stripe;
    private final StripeInbox inbox;
    private final StripeAccount account;
    private final Clock clock;

    StripeImport(JdbcClient jdbc, StripeGateway stripe, StripeInbox inbox, StripeAccount account, Clock clock) {
        this.jdbc = jdbc;
        this.stripe = stripe;
        this.inbox = inbox;
        this.account = account;
        this.clock = clock;
    }

    /// Stripe's lists, in the order in which they are read. Customers come last, since only those are taken over
    /// whom something of ours names.
    private enum Source {
        SUBSCRIPTIONS("/v1/subscriptions?status=all"),
        INVOICES("/v1/invoices"),
        INVOICE_PAYMENTS("/v1/invoice_payments?status=paid"),
        BALANCE_TRANSACTIONS("/v1/balance_transactions?expand%5B%5D=data.source"),
        CUSTOMERS("/v1/customers");

        private final String path;

        Source(String path) {
            this.path = path;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How far one of the lists is.
    ///
    /// @param objects how many were read
    /// @param endedAt null: it goes on
    public record Progress(
            String list,
            int objects,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {}

    /// Every list that was begun or is to come; empty if nobody asked for an import.
    public List<Progress> progress() {
        return jdbc.sql("select list, objects, started_at, ended_at from stripe_import order by position")
                .query((row, _) -> new Progress(
                        row.getString("list"),
                        row.getInt("objects"),
                        instant(row.getObject("started_at", OffsetDateTime.class)),
                        instant(row.getObject("ended_at", OffsetDateTime.class))))
                .list();
    }

    /// Prepares an import: one under way goes on, one that has ended begins anew.
    public void prepare() {
        if (next().isPresent()) {
            return;
        }
        for (var source : Source.values()) {
            jdbc.sql("""
                            insert into stripe_import (list, position) values (:list, :position)
                            on conflict (list) do update set after = null, objects = 0, started_at = null, ended_at = null
                            """)
                    .param("list", source.word())
                    .param("position", source.ordinal())
                    .update();
        }
    }

    /// Reads pages until all is read, or time is up.
    ///
    /// @return whether there is more
    /// @throws StripeUnavailableException if Stripe does not answer; what was read is kept
    boolean work(Duration time) {
        var until = Instant.now().plus(time);
        var next = next();
        while (next.isPresent() && Instant.now().isBefore(until)) {
            readPage(next.get());
            next = next();
        }
        if (next.isEmpty()) {
            log.info("The import is complete");
        }
        return next.isPresent();
    }

    private record Next(Source source, @Nullable String after) {}

    private Optional<Next> next() {
        return jdbc.sql("select list, after from stripe_import where ended_at is null order by position limit 1")
                .query((row, _) -> new Next(
                        Source.valueOf(row.getString("list").toUpperCase(Locale.ROOT)), row.getString("after")))
                .optional();
    }

    private void readPage(Next next) {
        var page = stripe.list(path(next.source()), next.after() == null ? "" : next.after());
        var objects = page.objects();
        var read = new ArrayList<StripeEvent>();
        for (var object : objects) {
            if (next.source() == Source.BALANCE_TRANSACTIONS
                    && object.field("source").body().isObject()) {
                readSource(object.field("source")).ifPresent(read::add);
            }
            object.read(Via.IMPORT).ifPresent(read::add);
        }
        inbox.apply(read);
        jdbc.sql("""
                        update stripe_import set after = coalesce(:after, after), objects = objects + :objects,
                            started_at = coalesce(started_at, :now), ended_at = case when :more then null else :now end
                        where list = :list
                        """)
                .param("after", objects.isEmpty() ? null : objects.getLast().id())
                .param("objects", objects.size())
                .param("more", page.more())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("list", next.source().word())
                .update();
    }

    /// What moved money, if it is one of the objects that we read: payouts and Stripe's own fees are none.
    private static Optional<StripeEvent> readSource(StripeGateway.Answer source) {
        return switch (source.body().path("object").asString("")) {
            case "charge", "refund", "dispute" -> source.read(Via.IMPORT);
            default -> Optional.empty();
        };
    }

    /// Money that moved since we follow the account is told by events.
    private String path(Source source) {
        return source == Source.BALANCE_TRANSACTIONS
                ? source.path + "&created%5Blt%5D=" + account.beganAt().getEpochSecond()
                : source.path;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
