package press.mainstay.demo.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.Recurring.Interval;
import com.stripe.param.checkout.SessionCreateParams.Mode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A newsroom that uses the simulated Stripe through the real SDK.
final class Newsroom implements AutoCloseable {

    static final String PRODUCT = "mainstay_donation";

    final MovableClock clock;
    final StripeSimulator stripe;
    final StripeClient client;

    Newsroom(String now) {
        clock = new MovableClock(now);
        stripe = new StripeSimulator(null, clock, 0);
        stripe.invoicesFinaliseAfter(Duration.ZERO);
        client = client(stripe);
        product(client);
    }

    static StripeClient client(StripeSimulator stripe) {
        return StripeClient.builder()
                .setApiKey("sk_test_newsroom")
                .setApiBase(stripe.url().toString())
                .setMaxNetworkRetries(0)
                .build();
    }

    static void product(StripeClient client) {
        try {
            client.v1()
                    .products()
                    .create(ProductCreateParams.builder()
                            .setId(PRODUCT)
                            .setName("Support our work")
                            .build());
        } catch (StripeException e) {
            throw new IllegalStateException(e);
        }
    }

    static SessionCreateParams.Builder asks(long amount, String currency, @Nullable Interval every) {
        var price = LineItem.PriceData.builder()
                .setCurrency(currency)
                .setUnitAmount(amount)
                .setProduct(PRODUCT);
        if (every != null) {
            price.setRecurring(
                    LineItem.PriceData.Recurring.builder().setInterval(every).build());
        }
        var asked = SessionCreateParams.builder()
                .setMode(every == null ? Mode.PAYMENT : Mode.SUBSCRIPTION)
                .setSuccessUrl("http://localhost:8080/thanks?session_id={CHECKOUT_SESSION_ID}")
                .setCancelUrl("http://localhost:8080/?cancelled")
                .addLineItem(LineItem.builder()
                        .setQuantity(1L)
                        .setPriceData(price.build())
                        .build());
        if (every == null) {
            asked.setPaymentIntentData(SessionCreateParams.PaymentIntentData.builder()
                    .putMetadata("donation", "d1")
                    .build());
        } else {
            asked.setSubscriptionData(SessionCreateParams.SubscriptionData.builder()
                    .putMetadata("donation", "d1")
                    .build());
        }
        return asked;
    }

    Session opens(SessionCreateParams.Builder asked) {
        try {
            return client.v1().checkout().sessions().create(asked.build());
        } catch (StripeException e) {
            throw new IllegalStateException(e);
        }
    }

    Session opens(SessionCreateParams.Builder asked, String idempotencyKey) throws StripeException {
        return client.v1()
                .checkout()
                .sessions()
                .create(
                        asked.build(),
                        RequestOptions.builder()
                                .setIdempotencyKey(idempotencyKey)
                                .build());
    }

    /// @return the subscription that a reader began by card
    String monthly() {
        var session = opens(asks(500, "usd", Interval.MONTH));
        stripe.reader(session.getUrl()).paysByCard();
        return Json.need(stripe.objects("subscription").getLast(), "id");
    }

    void itIs(String now) {
        clock.set(now);
        stripe.runDue();
    }

    ObjectNode only(String type) {
        var objects = stripe.objects(type);
        if (objects.size() != 1) {
            throw new AssertionError(objects.size() + " objects of type " + type);
        }
        return objects.getFirst();
    }

    List<String> told() {
        return stripe.objects("event").stream()
                .map(event -> Json.need(event, "type"))
                .toList();
    }

    /// @return the types of the events that the deed brought, in order
    List<String> toldBy(Runnable deed) {
        int before = told().size();
        deed.run();
        return told().subList(before, told().size());
    }

    ObjectNode last(String type) {
        return stripe.objects(type).getLast();
    }

    String id(String type) {
        return Json.need(last(type), "id");
    }

    ObjectNode get(String type, String id) {
        return stripe.objects(type).stream()
                .filter(one -> id.equals(Json.text(one, "id")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No " + type + " " + id));
    }

    ObjectNode event(String type) {
        return stripe.objects("event").stream()
                .filter(event -> type.equals(Json.text(event, "type")))
                .reduce((_, later) -> later)
                .orElseThrow(() -> new AssertionError("Nothing told of " + type + ", only " + told()));
    }

    @Override
    public void close() {
        stripe.close();
    }
}
