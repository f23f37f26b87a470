package press.mainstay.chaos;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import press.mainstay.chaos.Step.Apply;
import press.mainstay.chaos.Step.ApplyAtOnce;
import press.mainstay.chaos.Step.Ask;
import press.mainstay.chaos.Step.Deliver;
import press.mainstay.chaos.Step.Die;
import press.mainstay.chaos.Step.DieTaking;
import press.mainstay.chaos.Step.Overtake;
import press.mainstay.chaos.Step.ReadAnew;

/// Compares runs with the well-behaved one, and finds the shortest order that fails.
final class Judge {

    /// Shrinking tries so many runs at most.
    private static final int MOST_TRIES = 400;

    private record Baseline(String script, long numbering, Set<Integer> told) {}

    private final Rig rig;
    private final Map<Baseline, Outcome> baselines = new HashMap<>();

    Judge(Rig rig) {
        this.rig = rig;
    }

    /// What the well-behaved run leaves is what stands at Stripe in the end.
    void agreesWithStripe(Script script) {
        fails(script, "well-behaved", 0, Orders.wellBehaved(new TreeSet<>(script.all())), steps -> {
            var told = told(steps);
            var differences = new Truth(script, told).differencesFrom(wellBehaved(script, 0, told));
            return differences.isEmpty() ? null : "  " + String.join("\n  ", differences);
        });
    }

    /// @param how where these steps come from, for whoever wants to see it again
    void sameAsWellBehaved(Script script, List<Step> steps, long numbering, String how) {
        fails(script, how, numbering, steps, some -> verdict(script, some, numbering));
    }

    /// @param verdict null if all is well
    /// @throws AssertionError with the shortest order that still fails
    private static void fails(
            Script script,
            String how,
            long numbering,
            List<Step> steps,
            Function<List<Step>, @Nullable String> verdict) {
        if (verdict.apply(steps) != null) {
            var shortest = shortest(steps, verdict);
            throw new AssertionError("""
                    %s (%s; ids numbered by %d)
                    This order is enough:
                    %s
                    and comes to something else:
                    %s
                    """.formatted(
                    script.name(),
                    how,
                    numbering,
                    shortest.stream().map(step -> "  " + text(script, step)).collect(Collectors.joining("\n")),
                    verdict.apply(shortest)));
        }
    }

    /// @return null if all is well
    private @Nullable String verdict(Script script, List<Step> steps, long numbering) {
        var expected = told(steps);
        try {
            var run = rig.play(script, steps, numbering, expected);
            if (!run.told().equals(expected)) {
                return "  kept events %s of %s".formatted(run.told(), expected);
            }
            var differences = run.outcome().differencesFrom(wellBehaved(script, numbering, expected));
            return differences.isEmpty() ? null : String.join("\n", differences);
        } catch (RuntimeException | AssertionError e) {
            return "  " + e;
        }
    }

    private Outcome wellBehaved(Script script, long numbering, Set<Integer> told) {
        return baselines.computeIfAbsent(
                new Baseline(script.name(), numbering, Set.copyOf(told)),
                _ -> rig.play(script, Orders.wellBehaved(new TreeSet<>(told)), numbering, told)
                        .outcome());
    }

    private static Set<Integer> told(List<Step> steps) {
        return steps.stream().flatMap(Judge::tells).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Integer> tells(Step step) {
        return switch (step) {
            case Deliver(int event) -> Stream.of(event);
            case DieTaking(int event, int statement) -> Stream.of(event);
            case Overtake(int node, int statement, List<Integer> events) -> events.stream();
            case Apply apply -> Stream.of();
            case ApplyAtOnce applyAtOnce -> Stream.of();
            case Die die -> Stream.of();
            case ReadAnew readAnew -> Stream.of();
            case Ask ask -> Stream.of();
        };
    }

    /// Drops what can be dropped: halves first, then quarters, then single steps.
    private static List<Step> shortest(List<Step> failing, Function<List<Step>, @Nullable String> verdict) {
        var steps = new ArrayList<>(failing);
        var tries = 0;
        for (var size = Math.max(1, steps.size() / 2); size > 0 && tries < MOST_TRIES; ) {
            var dropped = false;
            for (var from = 0; from < steps.size() && tries < MOST_TRIES; ) {
                var fewer = new ArrayList<>(steps);
                fewer.subList(from, Math.min(from + size, steps.size())).clear();
                tries++;
                if (!fewer.isEmpty() && verdict.apply(fewer) != null) {
                    steps = fewer;
                    dropped = true;
                } else {
                    from += size;
                }
            }
            size = size == 1 && dropped ? 1 : size / 2;
        }
        return steps;
    }

    private static String text(Script script, Step step) {
        return switch (step) {
            case Deliver(int event) -> text(script, event);
            case DieTaking(int event, int statement) ->
                text(script, event) + ", and again, as the node died at statement " + statement;
            case Apply(int node) -> "node " + node + " applies";
            case ApplyAtOnce() -> "both nodes apply";
            case Die(int node, int statement) -> "node " + node + " applies and dies at statement " + statement;
            case Overtake(int node, int statement, List<Integer> events) ->
                "node " + node + " applies; at its statement " + statement + " the other one applies with "
                        + events.stream().map(event -> text(script, event)).collect(Collectors.joining(" and "));
            case ReadAnew() -> "a new release reads all anew";
            case Ask() -> "Stripe is asked";
        };
    }

    private static String text(Script script, int event) {
        var told = script.events().get(event);
        var names = new Cast(script, "0", 0);
        return "%d %s %s of %s"
                .formatted(
                        event,
                        told.path("type").stringValue(),
                        names.label(names.name(told.at("/data/object/id").stringValue())),
                        Instant.ofEpochSecond(told.path("created").longValue()));
    }
}
