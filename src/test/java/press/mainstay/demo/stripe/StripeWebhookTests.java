package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.stripe.exception.SignatureVerificationException;
import com.stripe.model.Event;
import com.stripe.net.RequestOptions;
import com.stripe.net.Webhook;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.Recurring.Interval;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StripeWebhookTests {

    private static final String SECRET = "whsec_demo";

    private final Newsroom newsroom = new Newsroom("2026-03-01T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;
    private final List<Event> heard = new CopyOnWriteArrayList<>();
    private volatile int answer = 200;
    private HttpServer endpoint;
    private URI address;

    @BeforeEach
    void listen() throws IOException {
        endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        endpoint.createContext("/", this::hear);
        endpoint.start();
        address = URI.create("http://127.0.0.1:" + endpoint.getAddress().getPort() + "/webhooks/stripe");
    }

    @AfterEach
    void close() {
        newsroom.close();
        endpoint.stop(0);
    }

    private void hear(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try {
            heard.add(Webhook.constructEvent(body, exchange.getRequestHeaders().getFirst("Stripe-Signature"), SECRET));
            exchange.sendResponseHeaders(answer, -1);
        } catch (SignatureVerificationException _) {
            exchange.sendResponseHeaders(400, -1);
        } finally {
            exchange.close();
        }
    }

    private List<String> ids() {
        return heard.stream().map(Event::getId).toList();
    }

    private List<String> made() {
        return stripe.objects("event").stream()
                .map(event -> Json.need(event, "id"))
                .toList();
    }

    @Test
    void eventsArriveSignedAndByThemselves() {
        stripe.sendWebhooksTo(address, SECRET);
        stripe.reader(newsroom.opens(asks(500, "usd", null)).getUrl()).paysByCard();

        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(ids()).containsExactlyInAnyOrderElementsOf(made()));
        assertThat(heard)
                .allSatisfy(
                        event -> assertThat(event.getDataObjectDeserializer().getObject())
                                .isPresent());
    }

    @Test
    void eventsMadeBeforeThereIsAnEndpointAreDeliveredToIt() {
        newsroom.monthly();
        stripe.deliver();
        assertThat(heard).isEmpty();

        stripe.sendWebhooksTo(address, SECRET);
        stripe.deliver();

        assertThat(ids()).containsExactlyInAnyOrderElementsOf(made());
        assertThat(stripe.objects("event"))
                .allSatisfy(event ->
                        assertThat(event.path("pending_webhooks").intValue()).isZero());
    }

    @Test
    void failingEndpointIsToldAgainUntilItAnswers() {
        stripe.sendWebhooksTo(address, SECRET);
        stripe.deliver();
        heard.clear();
        answer = 500;
        newsroom.opens(asks(500, "usd", null));
        var session = stripe.objects("checkout.session").getLast();
        stripe.reader(Json.need(session, "url")).paysByCard();
        stripe.deliver();
        assertThat(heard).isNotEmpty();

        answer = 200;
        heard.clear();

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(heard)
                        .extracting(Event::getType)
                        .contains("charge.succeeded", "checkout.session.completed"));
    }

    @Test
    void silentEndpointLosesNothing() {
        endpoint.stop(0);
        stripe.sendWebhooksTo(address, SECRET);
        newsroom.monthly();
        stripe.deliver();

        assertThat(stripe.objects("event"))
                .allSatisfy(event ->
                        assertThat(event.path("pending_webhooks").intValue()).isOne());
    }

    @Test
    void orderIsShuffledNowAndThenUnlessAskedFor() {
        stripe.deliverInBackground(false);
        stripe.sendWebhooksTo(address, SECRET);
        for (int i = 0; i < 8; i++) {
            newsroom.monthly();
        }
        stripe.deliver();
        assertThat(ids()).isNotEqualTo(made());

        heard.clear();
        int before = made().size();
        stripe.webhooksInOrder();
        newsroom.monthly();
        stripe.deliver();
        assertThat(ids()).isEqualTo(made().subList(before, made().size()));
    }

    @Test
    void eventCanComeTwice() {
        stripe.sendWebhooksTo(address, SECRET);
        stripe.reader(newsroom.opens(asks(500, "usd", null)).getUrl()).paysByCard();
        stripe.deliver();
        var charge = Json.need(newsroom.event("charge.succeeded"), "id");

        stripe.redeliver(charge);
        stripe.deliver();

        assertThat(ids().stream().filter(charge::equals)).hasSize(2);
    }

    @Test
    void forgottenEventNeverArrives() {
        newsroom.monthly();
        var lost = Json.need(newsroom.event("charge.succeeded"), "id");

        stripe.forgets("event", lost);
        stripe.sendWebhooksTo(address, SECRET);
        stripe.deliver();

        assertThat(ids()).isNotEmpty().doesNotContain(lost);
    }

    @Test
    void restartGoesOnWhereItWas() throws Exception {
        try (var postgres = EmbeddedPostgres.builder().start()) {
            var clock = new MovableClock("2026-01-31T10:00:00Z");
            String open;
            String made;
            try (var first = new StripeSimulator(postgres.getPostgresDatabase(), clock, 0)) {
                var client = Newsroom.client(first);
                Newsroom.product(client);
                var sessions = client.v1().checkout().sessions();
                var key = RequestOptions.builder().setIdempotencyKey("key").build();
                first.reader(sessions.create(asks(500, "usd", Interval.MONTH).build())
                                .getUrl())
                        .paysByCard();
                made = sessions.create(asks(700, "usd", null).build(), key).getId();
                open = Json.need(first.objects("checkout.session").getLast(), "id");
            }
            try (var second = new StripeSimulator(postgres.getPostgresDatabase(), clock, 0)) {
                var client = Newsroom.client(second);
                var key = RequestOptions.builder().setIdempotencyKey("key").build();
                var again = client.v1()
                        .checkout()
                        .sessions()
                        .create(asks(700, "usd", null).build(), key);
                assertThat(again.getId()).isEqualTo(made);
                var page = client.v1().checkout().sessions().retrieve(open);
                assertThat(page.getUrl()).startsWith(second.url().toString());
                second.reader(page.getUrl()).paysByCard();

                second.sendWebhooksTo(address, SECRET);
                second.deliver();
                assertThat(heard).extracting(Event::getType).contains("customer.subscription.created", "invoice.paid");

                clock.set("2026-03-01T00:00:00Z");
                second.runDue();
                assertThat(second.objects("charge")).hasSize(3);
            }
        }
    }
}
