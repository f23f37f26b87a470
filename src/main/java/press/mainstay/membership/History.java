package press.mainstay.membership;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import press.mainstay.membership.Snapshot.State;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;

/// What all that Stripe said of one subscription comes to, in Stripe's order and whatever order it came in.
///
/// @param changes of standing or amount, the oldest first, at most one a second
/// @param now how it stands
/// @param doubt the newest second, if Stripe said different things in it and its order does not tell which came
///     last
record History(List<Change> changes, State now, Optional<Instant> doubt) {

    /// @param before null: the first
    /// @param yearly in minor units, from then on
    record Change(
            Instant happenedAt,
            @Nullable Standing before,
            Standing standing,
            String why,
            long yearly,
            String currency) {}

    /// A second in which Stripe said something.
    ///
    /// @param state what it was left in
    /// @param doubtful whether several states are as good
    private record Moment(Instant second, State state, boolean answer, boolean doubtful) {}

    /// @param snapshots of one subscription, at least one, in any order
    static History of(List<Snapshot> snapshots) {
        var sorted = snapshots.stream()
                .sorted(Comparator.<Snapshot>comparingLong(
                                snapshot -> snapshot.order().value())
                        .thenComparing(Snapshot::source))
                .toList();
        var moments = moments(untilTheEnd(sorted));
        var last = moments.getLast();
        return new History(
                changes(sorted.getFirst(), moments),
                last.state(),
                last.doubtful() ? Optional.of(last.second()) : Optional.empty());
    }

    /// Nothing but an end follows an end.
    private static List<Snapshot> untilTheEnd(List<Snapshot> sorted) {
        var end = sorted.stream().filter(snapshot -> snapshot.order().end()).findFirst();
        return end.isEmpty()
                ? sorted
                : sorted.stream()
                        .filter(snapshot -> snapshot.order().end()
                                || !snapshot.order()
                                        .second()
                                        .isAfter(end.get().order().second()))
                        .toList();
    }

    private static List<Moment> moments(List<Snapshot> sorted) {
        var bySecond = new TreeMap<Instant, List<Snapshot>>();
        for (var snapshot : sorted) {
            bySecond.computeIfAbsent(snapshot.order().second(), _ -> new ArrayList<>())
                    .add(snapshot);
        }
        var moments = new ArrayList<Moment>();
        for (var entry : bySecond.entrySet()) {
            var moment = moment(entry.getKey(), entry.getValue());
            var before = moments.isEmpty() ? null : moments.getLast();
            if (before != null && before.doubtful() && moment.answer()) {
                // an answer decides what the seconds before it left open, unless news came between
                moments.set(moments.size() - 1, new Moment(before.second(), moment.state(), false, false));
            } else {
                moments.add(moment);
            }
        }
        return moments;
    }

    private static Moment moment(Instant second, List<Snapshot> told) {
        var last = told.getLast();
        var contenders = told.stream()
                .filter(snapshot -> snapshot.order().rivals(last.order()))
                .map(Snapshot::state)
                .distinct()
                .count();
        return new Moment(
                second,
                last.state(),
                told.stream().allMatch(snapshot -> snapshot.order().answer()),
                contenders > 1);
    }

    private static List<Change> changes(Snapshot first, List<Moment> moments) {
        var changes = new ArrayList<Change>();
        var beginning = moments.getFirst();
        if (first.startedAt().isBefore(beginning.second())) {
            // what we were not told: it began, and with what it has now
            var state = beginning.state();
            var never = state.standing() == Standing.NEVER_STARTED || state.standing() == Standing.STARTING;
            changes.add(new Change(
                    first.startedAt(),
                    null,
                    never ? Standing.STARTING : Standing.ACTIVE,
                    first.via() == Via.IMPORT ? "imported" : "started",
                    state.yearly(),
                    state.currency()));
        }
        for (var moment : moments) {
            add(changes, moment);
        }
        return List.copyOf(changes);
    }

    private static void add(List<Change> changes, Moment moment) {
        var state = moment.state();
        var standing = state.standing();
        var last = changes.isEmpty() ? null : changes.getLast();
        if (last != null
                && (!last.standing().mayBecome(standing)
                        || last.standing() == standing
                                && last.yearly() == state.yearly()
                                && last.currency().equals(state.currency()))) {
            return;
        }
        var happenedAt = happenedAt(moment);
        var before = last == null ? null : last.standing();
        if (last != null && !last.happenedAt().isBefore(happenedAt)) {
            changes.removeLast();
            happenedAt = last.happenedAt();
            before = last.before();
            if (before != null && !before.mayBecome(standing)) {
                before = null;
            }
        }
        changes.add(new Change(happenedAt, before, standing, standing.why(before), state.yearly(), state.currency()));
    }

    /// When Stripe says itself when it was, that; an answer may come long after what it tells.
    private static Instant happenedAt(Moment moment) {
        var state = moment.state();
        var said = switch (state.standing()) {
            case ENDED, LAPSED, NEVER_STARTED -> state.endedAt();
            case ENDING -> moment.answer() ? state.canceledAt() : null;
            case STARTING, ACTIVE, LATE, PAUSED -> null;
        };
        return said != null && said.isBefore(moment.second()) ? said : moment.second();
    }
}
