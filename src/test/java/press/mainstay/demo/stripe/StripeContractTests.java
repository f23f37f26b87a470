package press.mainstay.demo.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static press.mainstay.demo.stripe.Newsroom.asks;

import com.google.gson.annotations.SerializedName;
import com.stripe.exception.StripeException;
import com.stripe.model.ExpandableField;
import com.stripe.model.StripeCollection;
import com.stripe.model.StripeObject;
import com.stripe.net.ApiResource;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.billingportal.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem.PriceData.Recurring.Interval;
import com.stripe.param.checkout.SessionRetrieveParams;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Every body has only names that the SDK's model of that object knows, down to the last branch.
class StripeContractTests {

    private static final Map<String, Class<?>> MODELS = Map.ofEntries(
            Map.entry("customer", com.stripe.model.Customer.class),
            Map.entry("product", com.stripe.model.Product.class),
            Map.entry("price", com.stripe.model.Price.class),
            Map.entry("payment_method", com.stripe.model.PaymentMethod.class),
            Map.entry("checkout.session", com.stripe.model.checkout.Session.class),
            Map.entry("payment_intent", com.stripe.model.PaymentIntent.class),
            Map.entry("charge", com.stripe.model.Charge.class),
            Map.entry("balance_transaction", com.stripe.model.BalanceTransaction.class),
            Map.entry("subscription", com.stripe.model.Subscription.class),
            Map.entry("invoice", com.stripe.model.Invoice.class),
            Map.entry("invoice_payment", com.stripe.model.InvoicePayment.class),
            Map.entry("dispute", com.stripe.model.Dispute.class),
            Map.entry("refund", com.stripe.model.Refund.class),
            Map.entry("billing_portal.session", com.stripe.model.billingportal.Session.class),
            Map.entry("payout", com.stripe.model.Payout.class),
            Map.entry("event", com.stripe.model.Event.class));

    private final List<String> strangers = new ArrayList<>();

    @Test
    void bodiesHaveOnlyNamesThatTheSdkKnows() throws StripeException {
        try (var newsroom = new Newsroom("2026-01-31T10:00:00Z")) {
            live(newsroom);
            var kinds = new TreeSet<String>();
            MODELS.forEach((object, model) -> newsroom.stripe.objects(object).forEach(body -> {
                kinds.add(object);
                check(object, body, model);
                var parsed = ApiResource.GSON.fromJson(Json.write(body), model);
                assertThat(parsed).isInstanceOf(StripeObject.class);
            }));
            assertThat(kinds).isEqualTo(new TreeSet<>(MODELS.keySet()));
            newsroom.stripe.objects("event").forEach(event -> {
                var about = event.at("/data/object");
                check(Json.need(event, "type"), about, MODELS.get(Json.need(about, "object")));
                var parsed = ApiResource.GSON.fromJson(Json.write(event), com.stripe.model.Event.class);
                assertThat(parsed.getDataObjectDeserializer().getObject()).isPresent();
            });
        }
        assertThat(new TreeSet<>(strangers)).isEmpty();
    }

    @Test
    void aNameThatTheSdkDoesNotKnowIsFound() {
        check("charge", Json.object("id", "ch_1", "invoice", "in_1"), com.stripe.model.Charge.class);
        var line = Json.object("parent", Json.object("plan", "none"));
        var lines = Json.object("object", "list", "data", Json.array(line));
        check("invoice", Json.object("lines", lines), com.stripe.model.Invoice.class);
        check(
                "session",
                Json.object("customer_details", Json.object("age", 7)),
                com.stripe.model.checkout.Session.class);

        assertThat(strangers)
                .containsExactly(
                        "charge.invoice", "InvoiceLineItemCollection.parent.plan", "session.customer_details.age");
    }

    /// A little of everything.
    private static void live(Newsroom newsroom) throws StripeException {
        var stripe = newsroom.stripe;
        var subscription = newsroom.monthly();
        var declined = newsroom.opens(asks(1000, "eur", null).setCustomerEmail("ada@example.org"));
        stripe.reader(declined.getUrl()).isDeclined();
        stripe.reader(declined.getUrl()).authenticates();
        stripe.reader(newsroom.opens(asks(500, "eur", Interval.YEAR)).getUrl()).paysBySepa();
        stripe.reader(newsroom.opens(asks(500, "eur", null)).getUrl()).paysBySepaInVain();
        var paid = newsroom.client
                .v1()
                .checkout()
                .sessions()
                .retrieve(
                        declined.getId(),
                        SessionRetrieveParams.builder()
                                .addExpand("payment_intent")
                                .addExpand("line_items")
                                .build());
        assertThat(paid.getLineItems().getData()).hasSize(1);
        var refund = newsroom.client
                .v1()
                .refunds()
                .create(RefundCreateParams.builder()
                        .setPaymentIntent(paid.getPaymentIntentObject().getId())
                        .build());
        stripe.refundFails(refund.getId());
        stripe.disputeCloses(stripe.disputes(Json.need(stripe.objects("charge").getFirst(), "id")), true);
        newsroom.client
                .v1()
                .billingPortal()
                .sessions()
                .create(SessionCreateParams.builder()
                        .setCustomer(Json.need(stripe.objects("customer").getFirst(), "id"))
                        .build());
        newsroom.opens(asks(500, "usd", null));
        stripe.cards().failNext(subscription);
        newsroom.itIs("2026-03-05T10:00:00Z");
        stripe.cancels(subscription);
        newsroom.itIs("2026-06-05T10:00:00Z");
        liveOn(newsroom);
    }

    /// What happens later, and elsewhere.
    private static void liveOn(Newsroom newsroom) {
        var stripe = newsroom.stripe;
        stripe.bankReturns(stripe.objects("charge").stream()
                .filter(charge -> "sepa_debit".equals(Json.text(charge, "payment_method_details", "type"))
                        && Json.flag(charge, "paid"))
                .map(charge -> Json.need(charge, "id"))
                .findFirst()
                .orElseThrow());
        stripe.inquiryEscalates(stripe.inquires(stripe.otherAppSells(900, "eur")));
        stripe.disputeReviewed(stripe.disputes(stripe.otherAppSells(900, "eur"), 400));
        stripe.refundCancels(stripe.refundPends(stripe.otherAppSells(900, "usd"), null));
        stripe.refundArrives(stripe.refundPends(stripe.otherAppSells(900, "usd"), 100L));
        stripe.payout(900);
        stripe.stripeFee(10);
        var subscription = stripe.subscribes("ada@example.org", 900, "usd", "month", "prod_club", Map.of("a", "b"));
        stripe.pauses(subscription);
        stripe.unpauses(subscription);
        stripe.pausesCollection(subscription, "void");
        stripe.resumesCollection(subscription);
        newsroom.clock.set("2026-06-15T10:00:00Z");
        stripe.changesAmountNow(subscription, 5000);
        stripe.changesAmountNow(subscription, 400);
        stripe.changesAmount(subscription, 8000);
        stripe.cards().failNext(subscription, 1, "authentication_required");
        newsroom.itIs("2026-07-05T10:00:00Z");
        stripe.paysOutOfBand(newsroom.id("invoice"));
        var customer = newsroom.id("customer");
        stripe.changesCard(customer);
        stripe.changesEmail(customer, "new@example.org");
        stripe.cancelsByFlag(subscription);
        stripe.deletesCustomer(customer);
        stripe.subscribesInVain("bea@example.org", 900, "usd", "month", "prod_club", Map.of());
        newsroom.itIs("2026-07-07T10:00:00Z");
    }

    private void check(String where, JsonNode body, Class<?> model) {
        var fields = fields(model);
        for (var entry : body.properties()) {
            var field = fields.get(entry.getKey());
            var path = where + "." + entry.getKey();
            if (field == null) {
                strangers.add(path);
            } else {
                checkValue(path, entry.getValue(), field.getGenericType());
            }
        }
    }

    private void checkValue(String path, JsonNode value, Type type) {
        if (value.isArray()) {
            value.forEach(element -> checkValue(path, element, argument(type)));
        } else if (value.isObject()) {
            var model = model(value, type);
            if (model != null) {
                check(path, value, model);
            }
        }
    }

    private static Type argument(Type type) {
        return type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[0] : elements(type);
    }

    private static Type elements(Type type) {
        for (var up = (Class<?>) type; up != null; up = up.getSuperclass()) {
            if (up.getGenericSuperclass() instanceof ParameterizedType generic
                    && up.getSuperclass() == StripeCollection.class) {
                return generic.getActualTypeArguments()[0];
            }
        }
        return Object.class;
    }

    private @Nullable Class<?> model(JsonNode value, Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == ExpandableField.class
                    ? (Class<?>) generic.getActualTypeArguments()[0]
                    : null;
        }
        var model = (Class<?>) type;
        if (StripeCollection.class.isAssignableFrom(model)) {
            value.path("data").forEach(element -> checkValue(model.getSimpleName(), element, elements(model)));
            return null;
        }
        return StripeObject.class.isAssignableFrom(model) && !model.isInterface() ? model : null;
    }

    private static Map<String, Field> fields(Class<?> model) {
        var fields = new HashMap<String, Field>();
        for (Class<?> up = model; up != null && up != Object.class; up = up.getSuperclass()) {
            for (var field : up.getDeclaredFields()) {
                var name = field.getAnnotation(SerializedName.class);
                if (name != null) {
                    fields.putIfAbsent(name.value(), field);
                }
            }
        }
        return fields;
    }
}
