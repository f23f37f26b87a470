package press.mainstay.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import press.mainstay.chaos.Step.Apply;
import press.mainstay.chaos.Step.ApplyAtOnce;
import press.mainstay.chaos.Step.Ask;
import press.mainstay.chaos.Step.Deliver;
import press.mainstay.chaos.Step.Die;
import press.mainstay.chaos.Step.DieTaking;
import press.mainstay.chaos.Step.Overtake;
import press.mainstay.chaos.Step.ReadAnew;

/// Draws what may happen. The same seed draws the same.
final class Orders {

    /// More than applying one event takes: some deaths are meant for larger batches, or for nobody.
    private static final int STATEMENTS = 24;

    /// More than any batch takes.
    private static final int MOST_STATEMENTS = 120;

    private Orders() {}

    /// Each event once, in order, and applied before the next.
    static List<Step> wellBehaved(Iterable<Integer> events) {
        var steps = new ArrayList<Step>();
        events.forEach(event -> {
            steps.add(new Deliver(event));
            steps.add(new Apply(0));
        });
        return steps;
    }

    static List<Step> reversed(int events) {
        return wellBehaved(IntStream.range(0, events).boxed().toList().reversed());
    }

    /// A node dies again and again while it applies what was told, each time some statements later, until it lives.
    static List<Step> dyingAfter(List<Step> told, int from, int stride) {
        var steps = new ArrayList<>(told);
        for (var statement = from + 1; statement <= MOST_STATEMENTS; statement += stride) {
            steps.add(new Die(0, statement));
        }
        return steps;
    }

    /// @return all; none if there are more than that
    static List<List<Integer>> permutations(int events, int most) {
        var count = 1L;
        for (var i = 2; i <= events && count <= most; i++) {
            count *= i;
        }
        if (count > most) {
            return List.of();
        }
        var all = new ArrayList<List<Integer>>();
        permute(new ArrayList<>(IntStream.range(0, events).boxed().toList()), 0, all);
        return all;
    }

    private static void permute(List<Integer> order, int from, List<List<Integer>> all) {
        if (from == order.size()) {
            all.add(List.copyOf(order));
        }
        for (var i = from; i < order.size(); i++) {
            Collections.swap(order, from, i);
            permute(order, from + 1, all);
            Collections.swap(order, from, i);
        }
    }

    /// Any order, or one that is only some places off.
    static List<Integer> order(int events, Random random) {
        var order = new ArrayList<>(IntStream.range(0, events).boxed().toList());
        if (random.nextBoolean()) {
            Collections.shuffle(order, random);
        } else {
            var places = new double[events];
            for (var i = 0; i < events; i++) {
                places[i] = i + random.nextDouble() * 4;
            }
            order.sort((one, other) -> Double.compare(places[one], places[other]));
        }
        return order;
    }

    /// Tells the events in this order, with repetitions, two nodes, deaths and questions between.
    static List<Step> chaos(List<Integer> order, Random random) {
        var deliveries = new ArrayList<>(order);
        for (var event : order) {
            if (random.nextInt(4) == 0) {
                deliveries.add(random.nextInt(deliveries.size() + 1), event);
            }
        }
        var busy = random.nextInt(1, 5);
        var steps = new ArrayList<Step>();
        var told = new HashSet<Integer>();
        for (var i = 0; i < deliveries.size(); i++) {
            var event = deliveries.get(i);
            var first = told.add(event);
            if (first && random.nextInt(12) == 0) {
                steps.add(new Overtake(random.nextInt(2), random.nextInt(3, STATEMENTS), List.of(event)));
            } else if (random.nextInt(16) == 0) {
                steps.add(new DieTaking(event, random.nextInt(1, 5)));
            } else {
                steps.add(new Deliver(event));
            }
            if (random.nextInt(busy) == 0) {
                steps.add(work(random));
            }
        }
        return steps;
    }

    private static Step work(Random random) {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> new Apply(0);
            case 5, 6, 7, 8, 9 -> new Apply(1);
            case 10, 11 -> new ApplyAtOnce();
            case 12 -> new ReadAnew();
            case 13, 14 -> new Ask();
            default -> new Die(random.nextInt(2), random.nextInt(1, STATEMENTS));
        };
    }
}
