package press.mainstay.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;

/// What whoever runs the service sees of the books, on the management port. With a service of its own, since other
/// tests leave events that cannot be read.
@FeatureTest
@TestPropertySource(properties = {"spring.application.name=desk", "mainstay.alarm-mail=ops@example.org"})
class BooksDeskTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Autowired
    private BooksWatch watch;

    @Autowired
    private AlarmLetter alarm;

    @Autowired
    private JdbcClient jdbc;

    @Value("${local.management.port}")
    private int managementPort;

    private final Story story = Story.of(UUID.randomUUID());
    private Visitor operator;
    private Webhooks stripe;

    @BeforeEach
    void sitDown() {
        operator = new Visitor(URI.create("http://localhost:" + managementPort));
        stripe = new Webhooks(reader.origin(), "whsec_demo");
        jdbc.sql("delete from stripe_event").update();
        watch.forget();
    }

    @Test
    void booksThatKeepUpAreHealthy() {
        stripe.deliver(story.chargeSucceeded("{}"));
        time.settle();

        assertThat(health("books").status()).isEqualTo(200);
        assertThat(health("books").body()).contains("\"status\":\"UP\"");
    }

    @Test
    void anEventThatWaitsLongerThanTenMinutesTakesTheBooksDownAndNothingElse() {
        stripe.deliver(story.chargeSucceeded("{}"));
        time.settle();
        jdbc.sql("""
                        update stripe_event set status = 'new', applied_at = null, next_try_at = now() + interval '1 hour',
                            received_at = now() - interval '11 minutes'
                        """).update();
        watch.forget();

        assertThat(health("books").status()).isEqualTo(503);
        assertThat(health("books").body())
                .contains("events_wait", "1 events of Stripe wait to be applied, the oldest for 11 minutes");
        assertThat(health("liveness").status()).isEqualTo(200);
        assertThat(health("readiness").status()).isEqualTo(200);
    }

    @Test
    void aSilenceLongerThanAnyOfTheLastWeeksIsOdd() {
        for (int i = 0; i < 30; i++) {
            stripe.deliver(story.event("plan.created", "plan" + i, "{\"id\": \"plan_" + i + "\"}"));
        }
        // one every three hours, the last 40 hours ago
        jdbc.sql("""
                        update stripe_event e set received_at = now() - interval '40 hours' - n.number * interval '3 hours'
                        from (select id, row_number() over (order by event_id) - 1 as number from stripe_event) n
                        where e.id = n.id
                        """).update();
        watch.forget();

        assertThat(health("books").status()).isEqualTo(503);
        assertThat(health("books").body()).contains("stripe_is_silent", "No event of Stripe came for");

        jdbc.sql("update stripe_event set received_at = received_at + interval '38 hours'")
                .update();
        watch.forget();
        assertThat(health("books"))
                .satisfies(
                        answer -> assertThat(answer.status()).as(answer.body()).isEqualTo(200));
    }

    @Test
    void anUnreadableEventIsAnAlarmOnceADayUntilItIsSeenTo() {
        var today = mail.lettersTo("ops@example.org").size();
        stripe.deliver(story.event("charge.succeeded", "odd", "{\"object\": \"charge\", \"id\": \"ch_odd\"}"));
        time.settle();
        watch.forget();

        alarm.promiseIfNeeded();
        alarm.promiseIfNeeded();
        await().until(() -> mail.lettersTo("ops@example.org").size() > today);
        var letter = mail.lettersTo("ops@example.org").getLast();
        assertThat(letter.text()).contains("1 events of Stripe cannot be read by this release", "docs/operations.md");
        assertThat(health("books").status()).as("the books are not behind").isEqualTo(200);

        var id = "evt_odd_" + story.word();
        assertThat(operator.get("/actuator/books").body()).contains(id, "quarantined", "Unknown shape");
        assertThat(operator.post("/actuator/books/evt_other", "application/json", "{}")
                        .body())
                .contains("nothing was done");
        assertThat(operator.post("/actuator/books/" + id, "application/json", "{}")
                        .body())
                .contains("tried again");
        await().until(() -> jdbc.sql(
                        "select status = 'quarantined' and attempts = 1 from stripe_event where event_id = :id")
                .param("id", id)
                .query(Boolean.class)
                .single());
        assertThat(operator.post(
                                "/actuator/books/" + id,
                                "application/json",
                                "{\"reason\": \"Ada Lovelace told us by telephone\"}")
                        .body())
                .contains("set aside");
        watch.forget();
        assertThat(operator.get("/actuator/books").body()).doesNotContain(id);
        assertThat(jdbc.sql("select encode(ignored_because, 'escape') from stripe_event where event_id = :id")
                        .param("id", id)
                        .query(String.class)
                        .single())
                .as("what people type is sealed")
                .doesNotContain("Lovelace");

        time.advance(Duration.ofDays(1));
        alarm.promiseIfNeeded();
        time.settle();
        assertThat(mail.lettersTo("ops@example.org"))
                .as("nothing is wrong any more")
                .hasSize(today + 1);
    }

    @Test
    void jobsRunOnDemand() {
        assertThat(operator.post("/actuator/books", "application/json", "{\"run\": \"stripe-poll\"}")
                        .body())
                .contains("within seconds");
        assertThat(operator.post("/actuator/books", "application/json", "{\"run\": \"make-tea\"}")
                        .body())
                .contains("no job of that name");
        assertThat(operator.post("/actuator/books", "application/json", "{\"run\": \"stripe-import\"}")
                        .body())
                .contains("The import runs");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> jdbc.sql("select count(*) = 5 and bool_and(ended_at is not null) from stripe_import")
                        .query(Boolean.class)
                        .single());
        assertThat(operator.get("/actuator/books").body()).contains("balance_transactions", "stripe-poll");
    }

    @Test
    void metricsSayHowTheBooksStandAndNameNobody() {
        stripe.deliver(story.checkoutCompleted("payment"));
        time.settle();

        assertThat(operator.get("/actuator/prometheus").body())
                .contains(
                        "mainstay_stripe_inbox_oldest_seconds",
                        "mainstay_stripe_inbox_dead_events",
                        "mainstay_books_drift_figures",
                        "mainstay_stripe_event_total{result=\"new\"",
                        "mainstay_stripe_signature_total{result=\"matches\",secret=\"0\"",
                        "mainstay_stripe_event_verdict_total{verdict=\"applied\"",
                        "mainstay_stripe_event_lag_seconds",
                        "mainstay_stripe_clock_skew")
                .doesNotContain(story.email(), story.customer());
    }

    @Test
    void readersDoNotSeeAnyOfThis() {
        assertThat(reader.get("/actuator/books").status()).isEqualTo(404);
        assertThat(reader.post("/actuator/books", "application/json", "{\"run\": \"stripe-poll\"}")
                        .status())
                .isEqualTo(404);
    }

    private Visitor.Answer health(String group) {
        return operator.get("/actuator/health/" + group);
    }
}
