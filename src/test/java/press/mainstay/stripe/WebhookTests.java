package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.TimeMachine;

@FeatureTest
class WebhookTests {

    @Autowired
    private Visitor visitor;

    @Autowired
    private StripeInbox inbox;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private final Story story = Story.of(UUID.randomUUID());
    private Webhooks stripe;

    @BeforeEach
    void stripeKnowsWhereWeAre() {
        stripe = new Webhooks(visitor.origin(), "whsec_demo");
    }

    @Test
    void anEventIsKeptOnceHoweverOftenStripeDeliversIt() {
        var event = story.chargeSucceeded("{}");

        assertThat(stripe.deliver(event)).isEqualTo(200);
        assertThat(stripe.deliver(event)).isEqualTo(200);
        time.settle();

        assertThat(jdbc.sql("select status, delivery_count from stripe_event where object_id = :charge")
                        .param("charge", story.charge())
                        .query()
                        .singleRow())
                .containsEntry("status", "applied")
                .containsEntry("delivery_count", 2);
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void manyDeliveriesAtOnceAreAllAnsweredAndKeptOnce() throws Exception {
        var event = story.chargeSucceeded("{}");
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = senders.invokeAll(IntStream.range(0, 20)
                    .mapToObj(_ -> (Callable<Integer>) () -> stripe.deliver(event))
                    .toList());
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
        }
        time.settle();

        assertThat(deliveries()).isEqualTo(20);
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void anotherEventOfTheSameChargeIsBookedOnce() {
        stripe.deliver(story.chargeSucceeded("{}"));
        stripe.deliver(story.chargeSucceeded("{}").replace("evt_charge_succeeded", "evt_again"));
        stripe.deliver(story.chargeUpdated("{}"));
        time.settle();

        assertThat(payments()).isEqualTo(1);
        assertThat(jdbc.sql("select sum(minor_units) from ledger_entry where kind = 'payment' and charge = :charge")
                        .param("charge", story.charge())
                        .query(Long.class)
                        .single())
                .isEqualTo(500);
    }

    @Test
    void forgedStaleAndFutureDeliveriesLeaveNoRow() {
        var event = story.chargeSucceeded("{}");

        assertThat(new Webhooks(visitor.origin(), "whsec_stranger").deliver(event))
                .isEqualTo(400);
        assertThat(stripe.deliver(event, Instant.now().minusSeconds(600))).isEqualTo(400);
        assertThat(stripe.deliver(event, Instant.now().plusSeconds(600))).isEqualTo(400);
        assertThat(stripe.post(event.getBytes(StandardCharsets.UTF_8), "t=abc")).isEqualTo(400);
        assertThat(visitor.post("/webhooks/stripe", "application/json", event).status())
                .isEqualTo(400);

        assertThat(deliveries()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "[]", "{", "{}", "{\"object\":null}", "\"evt\"", "{\"object\":\"event\"}", "\u0000"})
    void whatIsNoEventIsRefusedEvenIfStripeSignedIt(String body) {
        var before = allEvents();

        assertThat(stripe.deliver(body)).isEqualTo(400);

        assertThat(allEvents()).isEqualTo(before);
    }

    @Test
    void moreThanAMebibyteIsRefused() {
        var huge = story.event("charge.succeeded", "huge", "{\"id\": \"%s\"}".formatted("x".repeat(1 << 20)));

        assertThat(stripe.deliver(huge)).isEqualTo(413);
        assertThat(stripe.deliver(story.event(
                        "charge.pending",
                        "big",
                        "{\"id\": \"ch_%s\", \"description\": \"%s\"}".formatted(story.word(), "x".repeat(900_000)))))
                .isEqualTo(200);
        assertThat(deliveries()).isEqualTo(1);
    }

    @Test
    void otherTypesModesAndTrainsAreKeptAndNotApplied() {
        stripe.deliver(story.event(
                "price.created", "price", "{\"id\": \"price_%s\", \"object\": \"price\"}".formatted(story.word())));
        stripe.deliver(story.chargeSucceeded("{}").replace("\"livemode\": false", "\"livemode\": true"));
        stripe.deliver(story.chargeUpdated("{}").replace("2026-07-29.dahlia", "2026-09-30.endive"));
        time.settle();

        assertThat(jdbc.sql("select status from stripe_event where event_id like :word order by status")
                        .param("word", "%" + story.word())
                        .query(String.class)
                        .list())
                .containsExactly("ignored", "other_mode", "quarantined");
        assertThat(payments()).isZero();
    }

    @Test
    void anEventOfUnknownShapeIsQuarantinedAndHoldsUpNoOther() {
        stripe.deliver(story.event(
                "charge.succeeded",
                "odd",
                "{\"id\": \"%s\", \"object\": \"charge\", \"amount\": \"abc\", \"status\": \"succeeded\"}"
                        .formatted(story.charge())));
        stripe.deliver(story.event("invoice.paid", "odder", "{\"object\": \"invoice\"}"));
        stripe.deliver(story.chargeSucceeded("{}"));
        time.settle();

        assertThat(jdbc.sql(
                                "select status || ' ' || last_error from stripe_event where event_id like :word and status <> 'applied'")
                        .param("word", "evt_odd%" + story.word())
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("quarantined Unknown shape: currency", "quarantined Unknown shape: status");
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void anEventThatFailsIsTriedAgainWithoutTheOthersWaiting() {
        var other = Story.of(UUID.randomUUID());
        theDatabaseFailsAt(story.charge());
        stripe.deliver(story.chargeSucceeded("{}"));
        stripe.deliver(other.chargeSucceeded("{}"));

        org.awaitility.Awaitility.await().until(() -> attempts() >= 1);
        org.awaitility.Awaitility.await()
                .until(() -> jdbc.sql("select count(*) from payment where charge = :charge")
                                .param("charge", other.charge())
                                .query(Integer.class)
                                .single()
                        == 1);
        assertThat(jdbc.sql("select status || ' ' || last_error from stripe_event where object_id = :charge")
                        .param("charge", story.charge())
                        .query(String.class)
                        .single())
                .startsWith("new ")
                .endsWith(":40001");

        exhaust();
        assertThat(payments()).isZero();

        jdbc.sql("drop trigger failing on payment").update();
        assertThat(inbox.retry("evt_charge_succeeded_" + story.word())).isTrue();
        time.settle();
        assertThat(payments()).isEqualTo(1);
    }

    /// As it may do to anybody in a bad moment: the same transaction could pass later.
    private void theDatabaseFailsAt(String charge) {
        jdbc.sql("""
                        create or replace function fail() returns trigger language plpgsql as $$
                        begin
                            raise exception 'could not serialize access' using errcode = '40001';
                        end $$
                        """).update();
        jdbc.sql(
                        "create trigger failing before insert on payment for each row when (new.charge = '%s') execute function fail()"
                                .formatted(charge))
                .update();
    }

    @Test
    void whatBreaksARuleOfTheDatabaseWaitsForANewReleaseAtOnce() {
        stripe.deliver(story.chargeSucceeded("{}").replace("\"currency\": \"usd\"", "\"currency\": \"\\u0000sd\""));
        time.settle();

        assertThat(jdbc.sql("select status from stripe_event where event_id like :word")
                        .param("word", "%" + story.word())
                        .query(String.class)
                        .single())
                .isEqualTo("quarantined");
    }

    /// Moves the machine's time of the next try instead of waiting for it.
    private void exhaust() {
        org.awaitility.Awaitility.await().until(() -> {
            jdbc.sql(
                            "update stripe_event set next_try_at = clock_timestamp() where object_id = :charge and status = 'new'")
                    .param("charge", story.charge())
                    .update();
            return jdbc.sql("select status from stripe_event where object_id = :charge")
                    .param("charge", story.charge())
                    .query(String.class)
                    .single()
                    .equals("dead");
        });
        assertThat(attempts()).isEqualTo(8);
    }

    private int attempts() {
        return jdbc.sql("select attempts from stripe_event where object_id = :charge")
                .param("charge", story.charge())
                .query(Integer.class)
                .single();
    }

    private int payments() {
        return jdbc.sql("select count(*) from payment where charge = :charge")
                .param("charge", story.charge())
                .query(Integer.class)
                .single();
    }

    private int deliveries() {
        return jdbc.sql("select coalesce(sum(delivery_count), 0) from stripe_event where event_id like :word")
                .param("word", "%" + story.word())
                .query(Integer.class)
                .single();
    }

    private long allEvents() {
        return jdbc.sql("select count(*) from stripe_event").query(Long.class).single();
    }
}
