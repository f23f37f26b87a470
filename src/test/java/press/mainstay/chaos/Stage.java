package press.mainstay.chaos;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.Recurring;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import press.mainstay.demo.stripe.MovableClock;
import press.mainstay.demo.stripe.Reader;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;
import press.mainstay.stripe.Node;
import tools.jackson.databind.node.ObjectNode;

/// A Stripe of its own for one life story, and what people do there. It plays in the past, so that whatever is asked
/// later is answered later than all events.
///
/// Addresses end in `@story.example`: each run makes its own of them.
final class Stage implements AutoCloseable {

    static final String ADA = "ada@story.example";
    static final String BEA = "bea@story.example";

    /// Where a story begins.
    static final Instant BEGINNING = Instant.parse("2024-01-31T10:00:00Z");

    /// What the service may be told of or ask for.
    private static final List<String> TYPES = List.of(
            "checkout.session",
            "customer",
            "customer.deleted",
            "subscription",
            "invoice",
            "invoice_payment",
            "payment_intent",
            "charge",
            "refund",
            "dispute",
            "balance_transaction");

    final MovableClock clock = new MovableClock(BEGINNING.toString());
    final StripeSimulator stripe = new StripeSimulator(null, clock, 0);
    private final StripeClient client = StripeClient.builder()
            .setApiKey("sk_test_story")
            .setApiBase(stripe.url().toString())
            .build();
    private final List<Gift> gifts = new ArrayList<>();

    Stage() {
        for (var frequency : Frequency.values()) {
            call(() -> client.v1()
                    .products()
                    .create(ProductCreateParams.builder()
                            .setId(product(frequency))
                            .setName("Contribution")
                            .build()));
        }
    }

    static String product(Frequency frequency) {
        return "mainstay_" + frequency.word();
    }

    /// Asks on our page, and stands before Stripe's.
    Reader asks(Frequency frequency, long minorUnits, String currency) {
        return asks(frequency, minorUnits, currency, SessionCreateParams.Locale.EN);
    }

    Reader asks(Frequency frequency, long minorUnits, String currency, SessionCreateParams.Locale locale) {
        var donation = UUID.randomUUID();
        var price = LineItem.PriceData.builder()
                .setProduct(product(frequency))
                .setCurrency(currency)
                .setUnitAmount(minorUnits);
        var asked = SessionCreateParams.builder()
                .setClientReferenceId(donation.toString())
                .putMetadata("donation", donation.toString())
                .setLocale(locale)
                .setSuccessUrl("http://localhost/thanks")
                .setCancelUrl("http://localhost/");
        if (frequency.recurring()) {
            price.setRecurring(Recurring.builder()
                    .setInterval(frequency == Frequency.ANNUAL ? Recurring.Interval.YEAR : Recurring.Interval.MONTH)
                    .build());
            asked.setMode(SessionCreateParams.Mode.SUBSCRIPTION)
                    .setSubscriptionData(SessionCreateParams.SubscriptionData.builder()
                            .putMetadata("donation", donation.toString())
                            .build());
        } else {
            asked.setMode(SessionCreateParams.Mode.PAYMENT)
                    .setCustomerCreation(SessionCreateParams.CustomerCreation.ALWAYS)
                    .setPaymentIntentData(SessionCreateParams.PaymentIntentData.builder()
                            .putMetadata("donation", donation.toString())
                            .build());
        }
        asked.addLineItem(
                LineItem.builder().setQuantity(1L).setPriceData(price.build()).build());
        var session = call(() -> client.v1().checkout().sessions().create(asked.build()));
        gifts.add(new Gift(donation, frequency, new Money(minorUnits, currency), session.getId()));
        return stripe.reader(session.getUrl()).as("Ada", ADA);
    }

    /// @return the charge
    String once(long minorUnits, String currency) {
        asks(Frequency.ONCE, minorUnits, currency).paysByCard();
        return last("charge");
    }

    /// @return the subscription
    String monthly() {
        asks(Frequency.MONTHLY, 500, "usd").paysByCard();
        return last("subscription");
    }

    /// @return the newest object of that type
    String last(String type) {
        return stripe.objects(type).getLast().path("id").stringValue();
    }

    String customer() {
        return last("customer");
    }

    void later(Duration time) {
        on(clock.instant().plus(time));
    }

    void seconds(int seconds) {
        later(Duration.ofSeconds(seconds));
    }

    void days(int days) {
        later(Duration.ofDays(days));
    }

    /// @param day such as `2024-03-01`, at eleven: an hour after what began at ten
    void on(String day) {
        on(Instant.parse(day + "T11:00:01Z"));
    }

    private void on(Instant time) {
        clock.set(time);
        stripe.runDue();
    }

    Script script(String name) {
        var events = stripe.objects("event").stream()
                .filter(event -> Node.reads(event.path("type").stringValue()))
                .toList();
        var objects = new ArrayList<ObjectNode>();
        TYPES.forEach(type -> objects.addAll(stripe.objects(type)));
        return new Script(name, List.copyOf(gifts), events, objects);
    }

    private interface Call<T> {
        T make() throws StripeException;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.make();
        } catch (StripeException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stripe.close();
    }
}
