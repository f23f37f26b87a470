package press.mainstay.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.RequestOptions;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.ProductUpdateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import press.mainstay.shared.ErrorCode;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All calls to Stripe. None is made inside a transaction, and each has an end: stripe-java's own time-outs are for a
/// single read of the socket.
@Component
public class StripeGateway {

    private static final Logger log = LoggerFactory.getLogger(StripeGateway.class);

    /// Less than the eight seconds that a reader is asked to wait.
    private static final Duration PATIENCE = Duration.ofMillis(7_500);

    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final int EVENTS_PER_PAGE = 100;

    private final StripeClient stripe;
    private final StripeProperties properties;
    private final JsonMapper json;

    StripeGateway(StripeClient stripe, StripeProperties properties, JsonMapper json) {
        this.stripe = stripe;
        this.properties = properties;
        this.json = json;
    }

    /// A payment page that Stripe opened.
    ///
    /// @param page where to send the reader; expires after 24 hours
    public record OpenCheckout(String session, URI page) {}

    /// Opens Stripe's hosted payment page.
    ///
    /// @throws StripeUnavailableException if no page was opened; nothing was charged
    /// @see <a href="https://docs.stripe.com/api/checkout/sessions/create">Create a Checkout Session</a>
    public OpenCheckout openCheckout(CheckoutRequest request) {
        var key = "checkout:" + request.donation() + ":" + request.attempt();
        return call("checkout.sessions.create", () -> {
            try {
                return open(request, key);
            } catch (InvalidRequestException e) {
                if (!"resource_missing".equals(e.getCode())) {
                    throw e;
                }
                ensureProduct(request.frequency());
                return open(request, key + ":product");
            }
        });
    }

    private OpenCheckout open(CheckoutRequest request, String key) throws StripeException {
        var session = stripe.v1().checkout().sessions().create(params(request), withKey(key));
        return new OpenCheckout(session.getId(), URI.create(session.getUrl()));
    }

    /// Asks once how a Checkout Session stands.
    ///
    /// @return what the webhook would tell; empty while the reader has not been through the page, or if there is no
    ///     such session
    /// @throws StripeUnavailableException if Stripe does not tell
    public Optional<StripeEvent.CheckoutCompleted> completedCheckout(String session) {
        return call("checkout.sessions.retrieve", () -> {
            try {
                var answer = stripe.v1().checkout().sessions().retrieve(session).getLastResponse();
                var body = json.readTree(answer.body());
                return body.path("status").stringValue("").equals("complete")
                        ? Optional.of(StripeEventReader.checkoutSession(
                                body, Instant.ofEpochSecond(body.path("created").longValue(0))))
                        : Optional.empty();
            } catch (InvalidRequestException e) {
                if ("resource_missing".equals(e.getCode())) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /// What became of a charge on our Stripe balance.
    ///
    /// @param gross in the currency of the account's balance, before fees
    /// @param fee in the same currency, as a positive amount
    public record Settlement(String balanceTransaction, Money gross, Money fee, Instant at) {}

    /// @throws StripeUnavailableException if Stripe does not tell
    /// @see <a href="https://docs.stripe.com/api/balance_transactions/object">The Balance Transaction object</a>
    public Settlement settlement(String balanceTransaction) {
        return call("balance_transactions.retrieve", () -> {
            var transaction = stripe.v1().balanceTransactions().retrieve(balanceTransaction);
            var currency = transaction.getCurrency();
            return new Settlement(
                    transaction.getId(),
                    new Money(transaction.getAmount(), currency),
                    new Money(transaction.getFee(), currency),
                    Instant.ofEpochSecond(transaction.getCreated()));
        });
    }

    /// Opens Stripe's customer portal at its front page, where a customer ends a subscription, changes the card
    /// beside it, and sees past payments. Not at its form for a new card (`payment_method_update`): that sets the
    /// customer's default, while a subscription made by Checkout goes on with the card that it began with.
    ///
    /// Without an idempotency key: the page lives for minutes, so each click has one of its own, and one that
    /// nobody visits does no harm.
    ///
    /// @param back where the portal's way back leads
    /// @return where to send the reader; empty if Stripe does not know the customer, whose subscriptions then ended
    ///     with it
    /// @throws StripeUnavailableException if no page was opened; nothing was changed
    /// @see <a href="https://docs.stripe.com/api/customer_portal/sessions/create">Create a portal session</a>
    /// @see <a href="https://docs.stripe.com/customer-management/portal-deep-links">Flows of the portal</a>
    public Optional<URI> openPortal(String customer, URI back, Locale locale) {
        var params = com.stripe.param.billingportal.SessionCreateParams.builder()
                .setCustomer(customer)
                .setReturnUrl(back.toString())
                .setLocale(portalLocale(locale))
                .build();
        return call("billing_portal.sessions.create", () -> {
            try {
                var session = stripe.v1().billingPortal().sessions().create(params);
                return Optional.of(URI.create(session.getUrl()));
            } catch (InvalidRequestException e) {
                if ("resource_missing".equals(e.getCode())) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /// One page of Stripe's list of events, the newest first.
    record EventPage(List<JsonNode> events, boolean more) {}

    /// @param olderThan the id of an event, to go on behind it; empty for the first page
    /// @see <a href="https://docs.stripe.com/api/events/list">List all events</a>
    EventPage events(Instant from, String olderThan) {
        var path = "/v1/events?limit=" + EVENTS_PER_PAGE + "&created%5Bgte%5D=" + from.getEpochSecond()
                + (olderThan.isEmpty() ? "" : "&starting_after=" + olderThan);
        return call("events.list", () -> {
            var answer = json.readTree(
                    stripe.rawRequest(RequestMethod.GET, path, null).body());
            return new EventPage(
                    answer.path("data").valueStream().toList(),
                    answer.path("has_more").asBoolean(false));
        });
    }

    /// Makes Stripe know our products, with the names of the settings, and stripe-java load its classes before the
    /// first reader waits for it. A failure is no harm: the product is made when it is missed.
    @EventListener(ApplicationReadyEvent.class)
    void warmUp() {
        Thread.ofVirtual().name("stripe-products").start(() -> {
            try {
                for (var frequency : Frequency.values()) {
                    call("products.update", () -> {
                        ensureProduct(frequency);
                        return frequency;
                    });
                }
            } catch (StripeUnavailableException e) {
                log.warn("{}; our products will be looked at when the first reader gives", e.getMessage());
            }
        });
    }

    /// The product ids are ours, so that nodes that come at the same time cannot make two.
    private void ensureProduct(Frequency frequency) throws StripeException {
        var id = productId(frequency);
        var name = properties.productNames().getOrDefault(frequency, "Contribution");
        try {
            stripe.v1()
                    .products()
                    .update(id, ProductUpdateParams.builder().setName(name).build());
        } catch (InvalidRequestException missing) {
            try {
                stripe.v1()
                        .products()
                        .create(ProductCreateParams.builder()
                                .setId(id)
                                .setName(name)
                                .build());
            } catch (InvalidRequestException e) {
                if (!"resource_already_exists".equals(e.getCode())) {
                    throw e;
                }
            }
        }
    }

    private SessionCreateParams params(CheckoutRequest request) {
        var donation = request.donation().toString();
        var params = SessionCreateParams.builder()
                .setClientReferenceId(donation)
                .putMetadata(StripeEventReader.DONATION, donation)
                .addLineItem(SessionCreateParams.LineItem.builder()
                        .setQuantity(1L)
                        .setPriceData(price(request))
                        .build())
                .setAdaptivePricing(SessionCreateParams.AdaptivePricing.builder()
                        .setEnabled(false) // the reader has chosen the currency
                        .build())
                .setLocale(locale(request))
                .setSuccessUrl(request.thanks() + "&session_id={CHECKOUT_SESSION_ID}")
                .setCancelUrl(request.back().toString());
        if (request.frequency().recurring()) {
            params.setMode(SessionCreateParams.Mode.SUBSCRIPTION)
                    .setSubscriptionData(SessionCreateParams.SubscriptionData.builder()
                            .putMetadata(StripeEventReader.DONATION, donation)
                            .build());
        } else {
            params.setMode(SessionCreateParams.Mode.PAYMENT)
                    .setSubmitType(SessionCreateParams.SubmitType.DONATE)
                    .setCustomerCreation(SessionCreateParams.CustomerCreation.ALWAYS)
                    .setPaymentIntentData(paymentIntent(donation));
        }
        return params.build();
    }

    /// The receipt is ours to send: `receipt_email` stays unset.
    private SessionCreateParams.PaymentIntentData paymentIntent(String donation) {
        var data = SessionCreateParams.PaymentIntentData.builder().putMetadata(StripeEventReader.DONATION, donation);
        if (properties.statementSuffix() != null) {
            data.setStatementDescriptorSuffix(properties.statementSuffix());
        }
        return data.build();
    }

    private static PriceData price(CheckoutRequest request) {
        var price = PriceData.builder()
                .setProduct(productId(request.frequency()))
                .setCurrency(request.amount().currency())
                .setUnitAmount(request.amount().minorUnits());
        return switch (request.frequency()) {
            case ONCE -> price.build();
            case MONTHLY ->
                price.setRecurring(every(PriceData.Recurring.Interval.MONTH)).build();
            case ANNUAL ->
                price.setRecurring(every(PriceData.Recurring.Interval.YEAR)).build();
        };
    }

    private static PriceData.Recurring every(PriceData.Recurring.Interval interval) {
        return PriceData.Recurring.builder().setInterval(interval).build();
    }

    private static SessionCreateParams.Locale locale(CheckoutRequest request) {
        var language = request.locale().getLanguage();
        return Arrays.stream(SessionCreateParams.Locale.values())
                .filter(locale -> locale.getValue().equals(language))
                .findFirst()
                .orElse(SessionCreateParams.Locale.AUTO);
    }

    private static com.stripe.param.billingportal.SessionCreateParams.Locale portalLocale(Locale asked) {
        return Arrays.stream(com.stripe.param.billingportal.SessionCreateParams.Locale.values())
                .filter(locale -> locale.getValue().equals(asked.getLanguage()))
                .findFirst()
                .orElse(com.stripe.param.billingportal.SessionCreateParams.Locale.AUTO);
    }

    private static String productId(Frequency frequency) {
        return "mainstay_" + frequency.word();
    }

    private static RequestOptions withKey(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    @FunctionalInterface
    private interface Call<T> {
        T make() throws StripeException;
    }

    /// Makes a call on a thread of its own and gives up on it in time. A call that is in doubt is repeated by its
    /// idempotency key; one whose twin is still under way at Stripe waits for the twin's answer.
    private <T> T call(String name, Call<T> call) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(name + " called inside a transaction");
        }
        var answer = new CompletableFuture<T>();
        var deadline = Instant.now().plus(PATIENCE);
        var caller = Thread.ofVirtual().name("stripe-" + name).start(() -> {
            try {
                answer.complete(repeat(call, deadline));
            } catch (StripeException
                    | RuntimeException
                    | Error e) { // stripe-java throws NullPointerException on an empty 500
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            caller.interrupt();
            throw new StripeUnavailableException(name, "no answer in time");
        } catch (ExecutionException e) {
            throw new StripeUnavailableException(name, reason(e.getCause()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new StripeUnavailableException(name, "interrupted");
        }
    }

    private static <T> T repeat(Call<T> call, Instant deadline) throws StripeException {
        var repeated = false;
        while (true) {
            try {
                return call.make();
            } catch (StripeException e) {
                var twinUnderWay = "idempotency_key_in_use".equals(e.getCode());
                if (!twinUnderWay && (repeated || !transientFailure(e))
                        || Instant.now().isAfter(deadline)) {
                    throw e;
                }
                repeated |= !twinUnderWay;
                pause();
            }
        }
    }

    private static boolean transientFailure(StripeException e) {
        return e instanceof ApiConnectionException
                || e.getStatusCode() != null && (e.getStatusCode() == 429 || e.getStatusCode() >= 500);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.plusMillis(ThreadLocalRandom.current().nextLong(PAUSE.toMillis())));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stripe's code and request id, which its support asks for; never its message.
    private static String reason(Throwable cause) {
        return cause instanceof StripeException e
                ? ErrorCode.of(e) + " " + e.getStatusCode() + " " + e.getCode() + " " + e.getRequestId()
                : ErrorCode.of(cause);
    }
}
