package press.mainstay.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.chaos.Step.Apply;
import press.mainstay.chaos.Step.ApplyAtOnce;
import press.mainstay.chaos.Step.Ask;
import press.mainstay.chaos.Step.Deliver;
import press.mainstay.chaos.Step.Die;
import press.mainstay.chaos.Step.DieTaking;
import press.mainstay.chaos.Step.Overtake;
import press.mainstay.chaos.Step.ReadAnew;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.Node;
import press.mainstay.stripe.Webhooks;
import press.mainstay.supporter.SupporterService;

/// Two nodes of the service whose background work stands still, so that a run is nothing but its steps.
final class Rig implements AutoCloseable {

    private static final AtomicInteger runs = new AtomicInteger();
    private static final int MOST_ROUNDS = 30;

    /// How long a node waits for a lock of the node that it overtakes before that one goes on. Nodes do not wait for
    /// each other; one that did would be let go on by this.
    private static final int PATIENCE_MILLIS = 400;

    /// What cries when a connection is killed, and who tells of each question to Stripe.
    private static final List<String> LOUD = List.of(
            "com.zaxxer.hikari.pool",
            "org.springframework.jdbc.support.JdbcTransactionManager",
            "org.springframework.transaction.support.TransactionTemplate",
            "press.mainstay.FailureFilter",
            "press.mainstay.stripe.StripeInbox",
            "press.mainstay.stripe.StripeRefetch");

    private final JdbcClient jdbc;
    private final StripeSimulator stripe;
    private final SupporterService supporters;
    private final Crashes crashes;
    private final Webhooks webhooks;
    private final List<Node> nodes;
    private final RecurringTask<?> settlement;
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Logger, @Nullable Level> levels = new HashMap<>();
    private int plays;
    private int deaths;

    Rig(ApplicationContext service, URI origin) {
        jdbc = service.getBean(JdbcClient.class);
        stripe = service.getBean(StripeSimulator.class);
        supporters = service.getBean(SupporterService.class);
        crashes = service.getBean(Crashes.class);
        settlement = service.getBean("settlementTask", RecurringTask.class);
        webhooks = new Webhooks(origin, "whsec_demo");
        var beans = service.getAutowireCapableBeanFactory();
        nodes = List.of(new Node(beans), new Node(beans));
        LOUD.forEach(name -> {
            var logger = (Logger) LoggerFactory.getLogger(name);
            levels.put(logger, logger.getLevel());
            logger.setLevel(Level.OFF);
        });
        service.getBean(Scheduler.class).pause();
        service.getBeansOfType(QueueWorker.class).values().forEach(QueueWorker::stop);
        // so that letters about the past are promised
        jdbc.sql("update stripe_account set began_at = :beginning")
                .param("beginning", Stage.BEGINNING.minusSeconds(1).atOffset(ZoneOffset.UTC))
                .update();
    }

    /// What was played so far, for people.
    String summary() {
        return plays + " runs, " + deaths + " deaths";
    }

    /// A run and what it left.
    ///
    /// @param told events that were kept
    record Run(Set<Integer> told, Outcome outcome) {}

    /// @param expected events that the steps are going to tell: Stripe's objects are as they stood after these
    Run play(Script script, List<Step> steps, long numbering, Set<Integer> expected) {
        plays++;
        var run = Integer.toString(runs.incrementAndGet(), Character.MAX_RADIX);
        var cast = new Cast(script, run, numbering);
        script.gifts().forEach(gift -> ask(gift, cast));
        var objects =
                script.objectsAfter(expected).values().stream().map(cast::cast).toList();
        stripe.adopts(objects);
        try {
            steps.forEach(step -> take(step, cast));
            comeToRest();
            return new Run(told(script, cast), new OutcomeReader(jdbc, supporters, cast).read());
        } finally {
            stripe.forgets(objects);
        }
    }

    /// As the support page does before it opens Stripe's.
    private void ask(Gift gift, Cast cast) {
        jdbc.sql("""
                        insert into donation (id, frequency, amount_minor_units, amount_currency, locale, checkout_session,
                            asked_at)
                        values (:id, :frequency, :minorUnits, :currency, 'en', :session, :askedAt)
                        """)
                .param("id", cast.donation(gift))
                .param("frequency", gift.frequency().word())
                .param("minorUnits", gift.amount().minorUnits())
                .param("currency", gift.amount().currency())
                .param("session", cast.name(gift.session()))
                .param("askedAt", Stage.BEGINNING.atOffset(ZoneOffset.UTC))
                .update();
    }

    private void take(Step step, Cast cast) {
        switch (step) {
            case Deliver(int event) -> deliver(event, cast);
            case DieTaking(int event, int statement) -> {
                var answer = new AtomicInteger();
                crashes.requestDies(statement, () -> answer.set(webhooks.deliver(cast.event(event))));
                if (answer.get() != 200) {
                    deaths++;
                    deliver(event, cast);
                }
            }
            case Apply(int node) -> apply(node);
            case ApplyAtOnce() -> {
                var other = others.submit(() -> apply(1));
                apply(0);
                await(other);
            }
            case Die(int node, int statement) -> dies(node, statement);
            case Overtake(int node, int statement, List<Integer> events) -> overtake(node, statement, events, cast);
            case ReadAnew() -> readAnew(cast);
            case Ask() -> ask();
        }
    }

    /// @return whether it came to that
    boolean dies(int node, int statement) {
        var died = crashes.dies(statement, () -> apply(node));
        deaths += died ? 1 : 0;
        return died;
    }

    private void overtake(int node, int statement, List<Integer> events, Cast cast) {
        var overtaking = new ArrayList<Future<?>>();
        var came = crashes.meanwhile(
                statement,
                () -> {
                    events.forEach(event -> deliver(event, cast));
                    var other = others.submit(() -> apply(1 - node));
                    overtaking.add(other);
                    try {
                        other.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                    } catch (TimeoutException _) {
                        // it waits for this one
                    } catch (InterruptedException | ExecutionException e) {
                        throw new IllegalStateException(e);
                    }
                },
                () -> apply(node));
        overtaking.forEach(Rig::await);
        if (!came) {
            events.forEach(event -> deliver(event, cast));
        }
    }

    private void deliver(int event, Cast cast) {
        assertThat(webhooks.deliver(cast.event(event))).isEqualTo(200);
    }

    private void apply(int node) {
        nodes.get(node).applyDue();
    }

    /// Events of this run only: those of thousands of others would take a minute.
    private void readAnew(Cast cast) {
        jdbc.sql("update stripe_event set read_by = read_by - 1 where event_id = any(:ids)")
                .param("ids", cast.all().toArray(String[]::new))
                .update();
        nodes.getFirst().readAnew();
    }

    private int ask() {
        var questions = nodes.getFirst().askWhatIsInDoubt();
        settlement.execute(null, null);
        return questions;
    }

    /// Whatever is due is applied, and Stripe is asked until there is nothing to ask.
    private void comeToRest() {
        for (var round = 0; round < MOST_ROUNDS; round++) {
            // what a node could not apply is tried again later: later is now
            jdbc.sql("update stripe_event set next_try_at = clock_timestamp() where status = 'new'")
                    .update();
            apply(round % 2);
            if (waiting() == 0 && ask() == 0 && waiting() == 0) {
                return;
            }
        }
        throw new AssertionError("The service does not come to rest");
    }

    private int waiting() {
        return jdbc.sql("select count(*) from stripe_event where status = 'new'")
                .query(Integer.class)
                .single();
    }

    private Set<Integer> told(Script script, Cast cast) {
        var kept = jdbc.sql("select event_id from stripe_event where event_id = any(:ids)")
                .param("ids", cast.all().toArray(String[]::new))
                .query(String.class)
                .set();
        var told = new TreeSet<Integer>();
        for (var i = 0; i < script.events().size(); i++) {
            if (kept.contains(cast.eventId(i))) {
                told.add(i);
            }
        }
        return told;
    }

    private static void await(Future<?> other) {
        try {
            other.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        others.close();
        levels.forEach(Logger::setLevel);
    }
}
