package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.ApiException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import com.stripe.model.Event;
import com.stripe.param.EventListParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Idempotency, lists, and an API that is ill.
class StripeWireTests {

    private static final String SESSIONS = "/v1/checkout/sessions";

    private final Newsroom newsroom = new Newsroom("2026-03-01T10:00:00Z");
    private final StripeSimulator stripe = newsroom.stripe;

    @AfterEach
    void close() {
        newsroom.close();
    }

    @Test
    void sameKeyOpensTheSamePage() throws StripeException {
        var first = newsroom.opens(asks(500, "usd", null), "key");
        var again = newsroom.opens(asks(500, "usd", null), "key");

        assertThat(again.getId()).isEqualTo(first.getId());
        assertThat(again.getLastResponse().headers().firstValue("Idempotent-Replayed"))
                .contains("true");
        assertThat(first.getLastResponse().headers().firstValue("Idempotent-Replayed"))
                .isEmpty();
        assertThat(stripe.objects("checkout.session")).hasSize(1);
    }

    @Test
    void sameKeyForSomethingElseIsRefused() throws StripeException {
        newsroom.opens(asks(500, "usd", null), "key");

        assertThatExceptionOfType(IdempotencyException.class)
                .isThrownBy(() -> newsroom.opens(asks(600, "usd", null), "key"));
    }

    @Test
    void keyIsForgottenAfterADay() throws StripeException {
        var first = newsroom.opens(asks(500, "usd", null), "key");

        newsroom.clock.set("2026-03-02T10:00:00Z");

        assertThat(newsroom.opens(asks(500, "usd", null), "key").getId()).isNotEqualTo(first.getId());
    }

    @Test
    void refusedCallDoesNotUseUpTheKey() throws StripeException {
        assertThatThrownBy(() -> newsroom.opens(asks(1, "usd", null), "key"))
                .isInstanceOf(InvalidRequestException.class);

        assertThat(newsroom.opens(asks(500, "usd", null), "key").getStatus()).isEqualTo("open");
    }

    @Test
    void serverErrorIsReplayedWithItsKey() {
        stripe.faults().next(1, SESSIONS).serverError();

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> newsroom.opens(asks(500, "usd", null), "key"))
                .matches(broken -> broken.getStatusCode() == 500);
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> newsroom.opens(asks(500, "usd", null), "key"));
        assertThat(stripe.objects("checkout.session")).isEmpty();
    }

    @Test
    void keyIsInUseWhileTheFirstAnswerIsUnderWay() throws Exception {
        stripe.faults().next(1, SESSIONS).delay(Duration.ofMillis(700));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slow = threads.submit(() -> newsroom.opens(asks(500, "usd", null), "key"));
            while (stripe.objects("checkout.session").isEmpty()) {
                Thread.onSpinWait();
            }

            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> newsroom.opens(asks(500, "usd", null), "key"))
                    .matches(busy ->
                            busy.getStatusCode() == 409 && busy.getCode().equals("idempotency_key_in_use"));

            assertThat(newsroom.opens(asks(500, "usd", null), "other").getId())
                    .isNotEqualTo(slow.get().getId());
        }
        assertThat(newsroom.opens(asks(500, "usd", null), "key").getStatus()).isEqualTo("open");
    }

    @Test
    void lostResponseHasDoneItsWork() throws StripeException {
        stripe.faults().next(2, SESSIONS).loseResponse(); // the JDK may try a second time by itself
        assertThatThrownBy(() -> newsroom.opens(asks(500, "usd", null), "key"))
                .isInstanceOf(ApiConnectionException.class);
        assertThat(stripe.objects("checkout.session")).hasSize(1);
        stripe.faults().clear();

        newsroom.opens(asks(500, "usd", null), "key");

        assertThat(stripe.objects("checkout.session")).hasSize(1);
    }

    @Test
    void resetConnectionHasDoneNothing() {
        stripe.faults().all("POST " + SESSIONS).reset();

        assertThatThrownBy(() -> newsroom.opens(asks(500, "usd", null), "key"))
                .isInstanceOf(ApiConnectionException.class);

        assertThat(stripe.objects("checkout.session")).isEmpty();
    }

    @Test
    void rateLimitPassesByItself() throws StripeException {
        stripe.faults().next(1, SESSIONS).rateLimit(null);

        assertThatThrownBy(() -> newsroom.opens(asks(500, "usd", null), "key")).isInstanceOf(RateLimitException.class);
        assertThat(newsroom.opens(asks(500, "usd", null), "key").getStatus()).isEqualTo("open");
    }

    @Test
    void sdkTriesAgainWhenStripeSaysSo() throws StripeException {
        stripe.faults().next(1, "/v1/events").rateLimit(true);
        var patient = StripeClient.builder()
                .setApiKey("sk_test_newsroom")
                .setApiBase(stripe.url().toString())
                .setMaxNetworkRetries(1)
                .build();

        assertThat(patient.v1().events().list().getData()).isNotEmpty();
    }

    @Test
    void strangeAnswersReachTheSdkAsTheyWouldFromAProxy() {
        stripe.faults().next(1, SESSIONS).html();
        assertThatThrownBy(() -> newsroom.opens(asks(500, "usd", null), "a")).isInstanceOf(ApiException.class);

        stripe.faults().next(1, SESSIONS).emptyServerError();
        assertThatThrownBy(() -> newsroom.opens(asks(500, "usd", null), "b")).isInstanceOf(NullPointerException.class);
    }

    @Test
    void answerDripsIn() throws StripeException {
        stripe.faults().next(1, SESSIONS).drip(Duration.ofMillis(400));
        long start = System.nanoTime();

        newsroom.opens(asks(500, "usd", null), "key");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
    }

    @Test
    void threeHundredSlowCallsAreServedTogether() throws Exception {
        newsroom.client.v1().products().retrieve(Newsroom.PRODUCT);
        stripe.faults().all(SESSIONS).delay(Duration.ofSeconds(2));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            long start = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                calls.add(threads.submit(() -> newsroom.opens(asks(500, "usd", null))));
            }
            for (var call : calls) {
                call.get();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
        assertThat(stripe.objects("checkout.session")).hasSize(300);
    }

    @Test
    void eventsAreListedNewestFirstByTypeAndTimeAPageAtATime() throws StripeException {
        newsroom.monthly();
        newsroom.clock.set("2026-03-01T10:00:10Z");
        newsroom.monthly();
        var events = newsroom.client.v1().events();

        var paid = EventListParams.builder()
                .addType("invoice.paid")
                .addType("charge.succeeded")
                .setLimit(2L)
                .build();
        var page = events.list(paid);
        assertThat(page.getHasMore()).isTrue();
        assertThat(page.getData()).hasSize(2);
        assertThat(page.getData().getFirst().getCreated())
                .isEqualTo(newsroom.clock.instant().getEpochSecond());

        var rest = events.list(EventListParams.builder()
                .addType("invoice.paid")
                .addType("charge.succeeded")
                .setStartingAfter(page.getData().getLast().getId())
                .setCreated(EventListParams.Created.builder()
                        .setGte(newsroom.clock.instant().getEpochSecond())
                        .build())
                .build());
        assertThat(rest.getHasMore()).isFalse();
        assertThat(rest.getData()).isEmpty(); // two of four, and the other two are older
        assertThat(page.getData())
                .extracting(Event::getType)
                .containsExactlyInAnyOrder("invoice.paid", "charge.succeeded");
    }

    @Test
    void eventsAreGoneAfterThirtyDays() throws StripeException {
        newsroom.monthly();

        newsroom.clock.set("2026-04-01T10:00:01Z");

        assertThat(newsroom.client.v1().events().list().getData()).isEmpty();
    }

    @Test
    void callsAreRememberedAsTheyCame() throws StripeException {
        stripe.clearCalls();

        newsroom.opens(asks(500, "usd", null), "key");

        assertThat(stripe.calls()).singleElement().satisfies(call -> {
            assertThat(call.method()).isEqualTo("POST");
            assertThat(call.path()).isEqualTo(SESSIONS);
            assertThat(call.idempotencyKey()).isEqualTo("key");
            assertThat(call.params()).containsEntry("line_items[0][price_data][unit_amount]", "500");
        });
    }

    @Test
    void answersAreStampedByTheDemosClock() throws StripeException {
        var headers = newsroom.client
                .v1()
                .products()
                .retrieve(Newsroom.PRODUCT)
                .getLastResponse()
                .headers();

        assertThat(headers.allValues("Date")).containsExactly("Sun, 1 Mar 2026 10:00:00 GMT");
        assertThat(headers.firstValue("Request-Id").orElseThrow()).startsWith("req_");
        assertThat(headers.firstValue("Stripe-Version")).contains("2026-07-29.dahlia");
    }

    @Test
    void unknownAddressIsRefusedInStripesWords() {
        assertThatThrownBy(() -> newsroom.client.v1().coupons().list())
                .isInstanceOfSatisfying(InvalidRequestException.class, refused -> {
                    assertThat(refused.getStatusCode()).isEqualTo(404);
                    assertThat(refused.getMessage()).contains("Unrecognized request URL");
                });
    }
}
