package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.TimeMachine;
import press.mainstay.membership.MembershipService;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.supporter.SupporterService;
import tools.jackson.databind.json.JsonMapper;

/// What went wrong in other systems that follow Stripe, and is not shown elsewhere. The numbers are those of
/// `docs/failures.md`.
@FeatureTest
class FailureCatalogueTests {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Autowired
    private Visitor visitor;

    @Autowired
    private AutowireCapableBeanFactory beans;

    @Autowired
    private StripeInbox inbox;

    @Autowired
    private StripeEventReader reader;

    @Autowired
    private MembershipService memberships;

    @Autowired
    private SupporterService supporters;

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

    @Test // 2
    void twoNodesThatAreToldOfAnEventAtOnceKeepItOnce() throws Exception {
        var nodes = List.of(beans.createBean(StripeEventLog.class), beans.createBean(StripeEventLog.class));
        var body = story.chargeSucceeded("{}").getBytes(StandardCharsets.UTF_8);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var deliveries = new ArrayList<Callable<Boolean>>();
            for (var i = 0; i < 20; i++) {
                var node = nodes.get(i % 2);
                deliveries.add(() -> {
                    node.keep(body, StripeEventLog.Via.WEBHOOK);
                    return true;
                });
            }
            for (var delivery : threads.invokeAll(deliveries)) {
                assertThat(delivery.get()).isTrue();
            }
        }
        time.settle();

        assertThat(jdbc.sql("select status || ' ' || delivery_count from stripe_event where object_id = :charge")
                        .param("charge", story.charge())
                        .query(String.class)
                        .list())
                .containsExactly("applied 20");
        assertThat(booked()).isEqualTo(1);
    }

    @Test // 7
    void anEndlessBodyIsNotReadToItsEnd() throws Exception {
        var request = HttpRequest.newBuilder(endpoint())
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[3 << 20])))
                .build();

        try (var http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            assertThat(http.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(413);
        } catch (IOException _) {
            // or the connection is closed while we still write
        }
    }

    @ParameterizedTest // 8, 11
    @ValueSource(strings = {"text/plain", "application/octet-stream", "text/html; charset=iso-8859-1", "no type"})
    void anyMediaTypeIsTakenAndNoLoginTokenOrRedirectIsInTheWay(String mediaType) throws Exception {
        var event = story.chargeSucceeded("{}").replace("Reader ", "Rēder ");

        assertThat(delivered(event.getBytes(StandardCharsets.UTF_8), event, mediaType))
                .isEqualTo(200);
        time.settle();

        assertThat(booked()).isEqualTo(1);
    }

    @Test // 9
    void aBodyThatAProxyWroteAnewIsRefused() throws Exception {
        var event = story.chargeSucceeded("{}");
        var anew = JSON.writeValueAsBytes(JSON.readTree(event));

        assertThat(delivered(anew, event, "application/json")).isEqualTo(400);

        assertThat(jdbc.sql("select count(*) from stripe_event where object_id = :charge")
                        .param("charge", story.charge())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private int delivered(byte[] body, String signed, String mediaType) throws Exception {
        var at = Instant.now().getEpochSecond();
        var signature = com.stripe.net.Webhook.Util.computeHmacSha256("whsec_demo", at + "." + signed);
        var request = HttpRequest.newBuilder(endpoint())
                .header("Stripe-Signature", "t=" + at + ",v1=" + signature)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (mediaType.contains("/")) {
            request.header("Content-Type", mediaType);
        }
        try (var http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return http.send(request.build(), BodyHandlers.discarding()).statusCode();
        }
    }

    private URI endpoint() {
        return visitor.origin().resolve("/webhooks/stripe");
    }

    @Test // 21
    void aGiftOfAGuestIsBookedForItsDonationAlthoughNoCustomerIsThere() {
        stripe.deliver(story.chargeSucceeded(story.metadata())
                .replace("\"customer\": \"" + story.customer() + "\"", "\"customer\": null"));
        time.settle();

        assertThat(jdbc.sql("select donation from payment where charge = :charge and customer is null")
                        .param("charge", story.charge())
                        .query(UUID.class)
                        .single())
                .isEqualTo(story.donation());
        assertThat(booked()).isEqualTo(1);
    }

    @Test // 29
    void twoDaysOfEventsThatAreReadAgainChangeNothing() {
        Stream.concat(story.monthly().stream(), Stream.of(updated("past_due", 60), updated("active", 120)))
                .forEach(stripe::deliver);
        time.settle();
        var before = traces();

        jdbc.sql("update stripe_event set read_by = read_by - 1 where event_id like :word")
                .param("word", "%" + story.word())
                .update();
        assertThat(inbox.readAnew()).isPositive();
        time.settle();

        assertThat(traces()).isEqualTo(before);
    }

    private Map<String, Object> traces() {
        return jdbc.sql("""
                        select (select count(*) from ledger_entry where charge = :charge) as entries,
                            (select count(*) from letter where about like '%' || :word) as letters,
                            (select count(*) from membership_change where subscription = :subscription) as changes,
                            (select count(*) from subscription_snapshot where subscription = :subscription) as snapshots
                        """)
                .param("charge", story.charge())
                .param("word", story.word())
                .param("subscription", story.subscription())
                .query()
                .singleRow();
    }

    @Test // 30
    void anAnswerThatIsOlderThanTheNewsSaysNothing() {
        stripe.deliver(updated("active", 5));
        stripe.deliver(updated("past_due", 6));
        time.settle();

        answers("active", 5);

        assertThat(status()).isEqualTo("past_due");
        answers("active", 7);
        assertThat(status()).isEqualTo("active");
    }

    @Test // 31
    void answersThatOvertakeEachOtherEndInTheNewerOne() {
        stripe.deliver(story.subscriptionCreated());
        time.settle();

        answers("past_due", 20);
        answers("active", 10);

        assertThat(status()).isEqualTo("past_due");
    }

    private void answers(String status, int seconds) {
        var object = JSON.readTree(updated(status, seconds)).at("/data/object");
        inbox.apply(reader.readAnswer(object, story.at().plusSeconds(seconds), Via.ANSWER).stream()
                .toList());
    }

    private String updated(String status, int seconds) {
        return story.subscription(
                "customer.subscription.updated", status, story.at().plusSeconds(seconds));
    }

    @Test // 38
    void whoHasTwoMembershipsIsShownToStaff() {
        var again = new Story("x" + story.word().substring(1), UUID.randomUUID(), story.email(), story.at());
        story.monthly().forEach(stripe::deliver);
        again.monthly().forEach(stripe::deliver);
        time.settle();

        var person = supporters.byCustomer(story.customer()).orElseThrow();
        assertThat(memberships.severalAtOnce()).containsEntry(person, 2L);
        stripe.deliver(again.subscription(
                "customer.subscription.deleted", "canceled", story.at().plusSeconds(9)));
        time.settle();
        assertThat(memberships.severalAtOnce()).doesNotContainKey(person);
    }

    @Test // 42
    void aTrialIsAMembershipAndNoIncome() {
        stripe.deliver(story.checkoutCompleted("subscription").replace("\"paid\"", "\"no_payment_required\""));
        stripe.deliver(story.subscription("customer.subscription.created", "trialing", story.at()));
        stripe.deliver(story.invoicePaid().replace("\"amount_due\": 500", "\"amount_due\": 0"));
        time.settle();

        assertThat(memberships
                        .find(story.subscription())
                        .orElseThrow()
                        .standing()
                        .isMember())
                .isTrue();
        assertThat(jdbc.sql("select count(*) from payment where subscription = :subscription or donation = :donation")
                        .param("subscription", story.subscription())
                        .param("donation", story.donation())
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(booked()).isZero();
    }

    @Test // 50
    void aSubscriptionWithoutAPeriodYetIsTaken() {
        stripe.deliver(story.subscriptionCreated().replaceAll("\"current_period_end\": \\d+,", ""));
        time.settle();

        assertThat(memberships.find(story.subscription()).orElseThrow().paidUntil())
                .isNull();
    }

    @Test // 53
    void aPreviewOfAnInvoiceWithoutAnIdIsKeptAndIgnored() {
        assertThat(stripe.deliver(story.event(
                        "invoice.upcoming",
                        "upcoming",
                        "{\"object\": \"invoice\", \"customer\": \"%s\"}".formatted(story.customer()))))
                .isEqualTo(200);

        assertThat(jdbc.sql("select status from stripe_event where event_id = :event and object_id is null")
                        .param("event", "evt_upcoming_" + story.word())
                        .query(String.class)
                        .single())
                .isEqualTo("ignored");
    }

    @Test // 62
    void whatAnOlderNodeCouldNotReadIsReadByTheNewerOne() {
        stripe.deliver(story.chargeSucceeded("{}"));
        time.settle();
        var other = Story.of(UUID.randomUUID());
        stripe.deliver(other.chargeSucceeded("{}").replace("2026-07-29.dahlia", "2026-09-30.endive"));
        time.settle();
        assertThat(status(other)).isEqualTo("quarantined");

        // judged by the release before ours, which is said to have known less
        jdbc.sql(
                        "update stripe_event set status = 'quarantined', applied_at = null, read_by = read_by - 1 where object_id = :charge")
                .param("charge", story.charge())
                .update();
        inbox.readAnew();
        time.settle();

        assertThat(status(story)).isEqualTo("applied");
        assertThat(status(other)).as("judged by this one").isEqualTo("quarantined");
    }

    @Test // 61
    void theReadableShapeOfAnEventTakesThePlaceOfTheUnreadableOne() {
        var event = story.chargeSucceeded("{}");
        stripe.deliver(event.replace("2026-07-29.dahlia", "2026-09-30.endive").replace("\"amount", "\"sum"));
        time.settle();
        assertThat(status(story)).isEqualTo("quarantined");

        stripe.deliver(event);
        time.settle();
        assertThat(status(story)).isEqualTo("applied");

        stripe.deliver(event.replace("2026-07-29.dahlia", "2026-09-30.endive"));
        time.settle();
        assertThat(status(story)).as("and keeps it").isEqualTo("applied");
    }

    private String status(Story told) {
        return jdbc.sql("select status from stripe_event where object_id = :charge")
                .param("charge", told.charge())
                .query(String.class)
                .single();
    }

    private String status() {
        return jdbc.sql("select status from subscription where id = :id")
                .param("id", story.subscription())
                .query(String.class)
                .single();
    }

    private int booked() {
        return jdbc.sql("select count(*) from ledger_entry where charge = :charge and kind = 'payment'")
                .param("charge", story.charge())
                .query(Integer.class)
                .single();
    }
}
