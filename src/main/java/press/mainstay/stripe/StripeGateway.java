package press.mainstay.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.RequestOptions;
import com.stripe.net.StripeResponse;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.ProductUpdateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData;
import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All calls to Stripe. None is made inside a transaction, and each has an end: stripe-java's own time-outs are
/// for a single read of the socket.
@Component
public class StripeGateway {

    private static final Logger log = LoggerFactory.getLogger(StripeGateway.class);

    /// Less than the eight seconds that a reader is asked to wait.
    private static final Duration PATIENCE = Duration.ofMillis(7_500);

    private static final String CALLS = "mainstay.stripe.call";
    private static final Duration PAUSE = Duration.ofMillis(300);

    /// A job may wait for a long list.
    private static final Duration PATIENCE_OF_JOBS = Duration.ofSeconds(30);

    private static final int PER_PAGE = 100;

    private final StripeClient stripe;
    private final StripeProperties properties;
    private final JsonMapper json;
    private final StripeEventReader reader;
    private final MeterRegistry meters;
    private final BlockingBucket callsOfJobs;

    StripeGateway(
            StripeClient stripe,
            StripeProperties properties,
            JsonMapper json,
            StripeEventReader reader,
            MeterRegistry meters) {
        this.stripe = stripe;
        this.properties = properties;
        this.json = json;
        this.reader = reader;
        this.meters = meters;
        callsOfJobs = Bucket.builder()
                .addLimit(limit -> limit.capacity(properties.callsPerSecond())
                        .refillGreedy(properties.callsPerSecond(), Duration.ofSeconds(1)))
                .build()
                .asBlocking();
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
        return call("checkout.sessions.create", PATIENCE, () -> {
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
    /// @return what the webhook would tell; empty while the reader has not been through the page, or if there
    ///     is no such session
    /// @throws StripeUnavailableException if Stripe does not tell
    public Optional<StripeEvent.CheckoutChanged> checkout(String session) {
        return call("checkout.sessions.retrieve", PATIENCE, () -> get("/v1/checkout/sessions/" + session))
                .flatMap(answer -> answer.read(StripeEvent.SubscriptionChanged.Via.ANSWER))
                .map(StripeEvent.CheckoutChanged.class::cast);
    }

    /// An answer of the API.
    ///
    /// @param body an object, or a list of them
    /// @param stamp Stripe's second before which the answer was certainly true
    public record Answer(JsonNode body, Instant stamp, StripeEventReader reader) {

        /// @return empty if there is nothing in it for us, or it has a shape that we do not know, which the log
        ///     tells
        public Optional<StripeEvent> read(StripeEvent.SubscriptionChanged.Via via) {
            try {
                return reader.readAnswer(body, stamp, via);
            } catch (UnreadableEventException e) {
                log.error("Stripe's answer about {} is passed over: {}", id(), e.getMessage());
                return Optional.empty();
            }
        }

        /// An object within this one, where it was asked for with `expand`.
        public Answer field(String name) {
            return new Answer(body.path(name), stamp, reader);
        }

        public List<Answer> objects() {
            return body.path("data")
                    .valueStream()
                    .map(object -> new Answer(object, stamp, reader))
                    .toList();
        }

        public boolean more() {
            return body.path("has_more").asBoolean(false);
        }

        public String id() {
            return StripeEventReader.text(body, "id");
        }
    }

    /// How an object stands now. For jobs: waits until Stripe may be asked.
    ///
    /// @param id of a subscription, customer, Checkout Session, invoice or balance transaction
    /// @return empty if there is no such object, or nothing in it for us
    /// @throws StripeUnavailableException if Stripe does not tell
    public Optional<StripeEvent> ask(String id) {
        return retrieve(id).flatMap(answer -> answer.read(StripeEvent.SubscriptionChanged.Via.ANSWER));
    }

    /// @see #ask
    Optional<Answer> retrieve(String id) {
        var kind = switch (id.substring(0, id.indexOf('_'))) {
            case "sub" -> "subscriptions";
            case "cus" -> "customers";
            case "cs" -> "checkout/sessions";
            case "in" -> "invoices";
            case "txn" -> "balance_transactions";
            default -> throw new IllegalArgumentException("Of no kind that we ask for: " + id);
        };
        return job(kind.replace('/', '.') + ".retrieve", () -> get("/v1/" + kind + "/" + id));
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
        return call("billing_portal.sessions.create", PATIENCE, () -> {
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

    /// One page of a list, the newest first. For jobs: waits until Stripe may be asked.
    ///
    /// @param path such as `/v1/events?created%5Bgte%5D=…`; the number of objects a page is added
    /// @param after the id of an object, to go on behind it; empty for the first page
    /// @throws StripeUnavailableException if Stripe does not tell
    /// @see <a href="https://docs.stripe.com/api/pagination">Pagination</a>
    public Answer list(String path, String after) {
        var question = path + (path.contains("?") ? "&" : "?") + "limit=" + PER_PAGE
                + (after.isEmpty() ? "" : "&starting_after=" + after);
        var name = path.substring("/v1/".length()).replaceFirst("\\?.*", "").replace('/', '.') + ".list";
        return job(name, () -> get(question)).orElseThrow(() -> new StripeUnavailableException(name, "404"));
    }

    /// The stamp is Stripe's own clock, less the time that the answer took.
    private Optional<Answer> get(String path) throws StripeException {
        var asked = System.nanoTime();
        StripeResponse answer;
        try {
            answer = stripe.rawRequest(RequestMethod.GET, path, null);
        } catch (InvalidRequestException e) {
            if ("resource_missing".equals(e.getCode())) {
                return Optional.empty();
            }
            throw e;
        }
        var took = Duration.ofNanos(System.nanoTime() - asked);
        var date = answer.headers()
                .firstValue("Date")
                .map(header -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header)))
                .orElseThrow(() -> new IllegalStateException("An answer without a Date"));
        return Optional.of(
                new Answer(json.readTree(answer.body()), date.minus(took).truncatedTo(ChronoUnit.SECONDS), reader));
    }

    private <T> T job(String name, Call<T> call) {
        try {
            callsOfJobs.consume(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new StripeUnavailableException(name, "interrupted");
        }
        return call(name, PATIENCE_OF_JOBS, call);
    }

    /// Makes Stripe know our products, with the names of the settings, and stripe-java load its classes before
    /// the first reader waits for it. A failure is no harm: the product is made when it is missed.
    @EventListener(ApplicationReadyEvent.class)
    void warmUp() {
        Thread.ofVirtual().name("stripe-products").start(() -> {
            try {
                for (var frequency : Frequency.values()) {
                    call("products.update", PATIENCE, () -> {
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
        var id = StripeEventReader.product(frequency);
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
                .setProduct(StripeEventReader.product(request.frequency()))
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

    private static RequestOptions withKey(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    @FunctionalInterface
    private interface Call<T> {
        T make() throws StripeException;
    }

    /// Makes a call on a thread of its own and gives up on it in time. A call that is in doubt is repeated by
    /// its idempotency key; one whose twin is still under way at Stripe waits for the twin's answer.
    private <T> T call(String name, Duration patience, Call<T> call) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(name + " called inside a transaction");
        }
        var answer = new CompletableFuture<T>();
        var deadline = Instant.now().plus(patience);
        var timer = Timer.start(meters);
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
            var result = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            timer.stop(meters.timer(CALLS, "call", name, "outcome", "answered"));
            return result;
        } catch (TimeoutException _) {
            caller.interrupt();
            timer.stop(meters.timer(CALLS, "call", name, "outcome", "late"));
            throw new StripeUnavailableException(name, "no answer in time");
        } catch (ExecutionException e) {
            timer.stop(meters.timer(CALLS, "call", name, "outcome", "failed"));
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
