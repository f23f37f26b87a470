package press.mainstay.membership;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.stripe.Drift;
import press.mainstay.stripe.StripeAccount;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripePoll;

/// Compares our subscriptions with Stripe's, all of them. Where they differ, Stripe is right: its answer takes its
/// place in the history as an event would, and the difference is kept.
@Service
public class SubscriptionReconciliation {

    private final JdbcClient jdbc;
    private final StripeGateway stripe;
    private final StripePoll poll;
    private final StripeInbox inbox;
    private final StripeAccount account;
    private final Drift drift;

    SubscriptionReconciliation(
            JdbcClient jdbc,
            StripeGateway stripe,
            StripePoll poll,
            StripeInbox inbox,
            StripeAccount account,
            Drift drift) {
        this.jdbc = jdbc;
        this.stripe = stripe;
        this.poll = poll;
        this.inbox = inbox;
        this.account = account;
        this.drift = drift;
    }

    /// @throws press.mainstay.stripe.StripeUnavailableException if Stripe does not tell; the next run compares
    ///     again
    public void compare() {
        poll.catchUp();
        var since = account.comparableSince();
        var open = new HashSet<>(drift.open(Drift.Kind.SUBSCRIPTION));
        var after = "";
        StripeGateway.Answer page;
        do {
            page = stripe.list("/v1/subscriptions?status=all", after);
            var objects = page.objects();
            var ours = objects.stream()
                    .flatMap(object -> object.read(Via.ANSWER).stream())
                    .map(SubscriptionChanged.class::cast)
                    .filter(told -> !told.foreign())
                    .toList();
            var stillDiffer = comparePage(ours, since);
            open.removeAll(stillDiffer);
            after = objects.isEmpty() ? "" : objects.getLast().id();
        } while (page.more());
        open.forEach(subscription -> drift.mended(Drift.Kind.SUBSCRIPTION, subscription, "equal again"));
    }

    /// @return those that differ even now
    private List<String> comparePage(List<SubscriptionChanged> told, Instant since) {
        var ours = ours(told);
        var differing = new ArrayList<SubscriptionChanged>();
        for (var subscription : told) {
            var known = ours.get(subscription.subscription());
            // news since the answer is newer than the answer; what was before us is the import's
            if (known == null
                    ? !subscription.startedAt().isBefore(since)
                    : known.toldAt().isBefore(subscription.order().second())) {
                var differences = differences(figures(subscription), known);
                differences.forEach((what, stripes) -> drift.found(
                        Drift.Kind.SUBSCRIPTION,
                        subscription.subscription(),
                        what,
                        known == null ? null : known.figures().get(what),
                        stripes));
                if (!differences.isEmpty()) {
                    differing.add(subscription);
                }
            }
        }
        inbox.apply(differing);
        var now = ours(differing);
        return differing.stream()
                .filter(subscription -> {
                    var id = subscription.subscription();
                    var equal = differences(figures(subscription), now.get(id)).isEmpty();
                    if (equal) {
                        drift.mended(Drift.Kind.SUBSCRIPTION, id, "taken over from Stripe");
                    }
                    return !equal;
                })
                .map(SubscriptionChanged::subscription)
                .toList();
    }

    private record Ours(Instant toldAt, Map<String, String> figures) {}

    private Map<String, Ours> ours(List<SubscriptionChanged> told) {
        return jdbc
                .sql("select * from subscription where id = any(:ids) and standing is not null")
                .param(
                        "ids",
                        told.stream().map(SubscriptionChanged::subscription).toArray(String[]::new))
                .query((row, _) -> Map.entry(
                        row.getString("id"),
                        new Ours(
                                row.getObject("told_at", OffsetDateTime.class).toInstant(),
                                figures(
                                        row.getString("status"),
                                        row.getBoolean("collection_paused"),
                                        row.getLong("yearly_minor_units") + " " + row.getString("price_currency"),
                                        instant(row.getObject("period_end", OffsetDateTime.class)),
                                        instant(row.getObject("cancel_at", OffsetDateTime.class))))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, String> figures(SubscriptionChanged told) {
        return figures(
                told.status(),
                told.collectionPaused(),
                told.yearly() + " " + told.price().currency(),
                told.periodEnd(),
                told.cancelAt());
    }

    private static Map<String, String> figures(
            String status, boolean paused, String yearly, @Nullable Instant periodEnd, @Nullable Instant cancelAt) {
        var figures = new TreeMap<String, String>();
        figures.put("status", status);
        figures.put("collection_paused", Boolean.toString(paused));
        figures.put("yearly_minor_units", yearly);
        figures.put("period_end", Objects.toString(periodEnd, "none"));
        figures.put("cancel_at", Objects.toString(cancelAt, "none"));
        return figures;
    }

    /// @return what differs, with Stripe's words
    private static Map<String, String> differences(Map<String, String> stripes, @Nullable Ours ours) {
        if (ours == null) {
            return Map.of("subscription", stripes.get("status"));
        }
        return stripes.entrySet().stream()
                .filter(figure -> !figure.getValue().equals(ours.figures().get(figure.getKey())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
