package press.mainstay.chaos;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;

/// Whatever Stripe's deliveries and our nodes do, the books end the same. With a service of its own, whose background
/// work stands still.
///
/// `-Dchaos.seed=…` draws other orders, `-Dchaos.story=…` plays the stories whose names contain it, `-Dchaos.orders=…`
/// is how many orders of a story `-Pbench` plays.
@FeatureTest
@Import(Crashes.class)
@TestPropertySource(properties = "spring.application.name=chaos")
class ChaosTests {

    private static final long SEED = Long.getLong("chaos.seed", 20_261_123);

    /// Orders a story in `verify`: with all stories, about a minute.
    private static final int SOME = 2;

    private static final int ALL = Integer.getInteger("chaos.orders", 1_000);

    /// Of the statements of one transaction, a node dies at each so many-th.
    private static final int STRIDE = 6;

    /// How many ways there are in which ids are ordered.
    private static final int NUMBERINGS = 3;

    private static final Map<String, Script> played = new ConcurrentHashMap<>();

    @Autowired
    private Visitor visitor;

    @Autowired
    private ApplicationContext service;

    private Rig rig;
    private Judge judge;
    private long start;

    static List<LifeStory> stories() {
        var wanted = System.getProperty("chaos.story", "");
        return StoryBook.STORIES.stream()
                .filter(story -> story.name().contains(wanted))
                .toList();
    }

    @BeforeEach
    void standStill() {
        rig = new Rig(service, visitor.origin());
        judge = new Judge(rig);
        start = System.nanoTime();
    }

    @AfterEach
    void close(TestInfo test) {
        LoggerFactory.getLogger(getClass())
                .info("{}: {} in {} ms", test.getDisplayName(), rig.summary(), (System.nanoTime() - start) / 1_000_000);
        rig.close();
    }

    private static Script script(LifeStory story) {
        return played.computeIfAbsent(story.name(), _ -> story.played());
    }

    @ParameterizedTest
    @MethodSource("stories")
    void anyOrderOfEventsComesToTheSame(LifeStory story) {
        var script = script(story);
        judge.agreesWithStripe(script);
        var together = script.all().stream().<Step>map(Step.Deliver::new).toList();
        // with other stories, the other statements
        var from = Math.floorMod(story.name().hashCode(), STRIDE);
        judge.sameAsWellBehaved(script, Orders.dyingAfter(together, from, STRIDE), 0, "all together, and deaths");
        judge.sameAsWellBehaved(script, Orders.reversed(script.events().size()), 0, "reversed");
        randomOrders(script, SOME);
    }

    @ParameterizedTest
    @MethodSource("stories")
    @Tag("bench")
    void allOrdersOfEventsComeToTheSame(LifeStory story) {
        var script = script(story);
        judge.agreesWithStripe(script);
        var oneByOne = script.all().stream()
                .flatMap(event -> Orders.dyingAfter(List.of(new Step.Deliver(event)), 0, 1).stream())
                .toList();
        judge.sameAsWellBehaved(script, oneByOne, 0, "in order, and deaths at each statement");
        var orders = Orders.permutations(script.events().size(), ALL);
        for (var i = 0; i < orders.size(); i++) {
            var steps = Orders.chaos(orders.get(i), random(script, i));
            judge.sameAsWellBehaved(script, steps, i % NUMBERINGS, "seed " + SEED + ", permutation " + orders.get(i));
        }
        if (orders.isEmpty()) {
            randomOrders(script, ALL);
        }
    }

    private void randomOrders(Script script, int orders) {
        for (var i = 0; i < orders; i++) {
            var random = random(script, i);
            var steps = Orders.chaos(Orders.order(script.events().size(), random), random);
            judge.sameAsWellBehaved(script, steps, i % NUMBERINGS, "seed " + SEED + ", order " + i);
        }
    }

    private static Random random(Script script, int number) {
        return new Random(SEED + 31L * script.name().hashCode() + number);
    }
}
