package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.Store.Place;
import tools.jackson.databind.node.ObjectNode;

/// Stripe's lists: newest first, filtered, a page at a time.
final class Listing {

    static final Duration EVENTS_LIVE = Duration.ofDays(30);

    /// For each type, the parameters that filter it, and where in the body they look.
    private static final Map<String, Map<String, String[]>> FILTERS = Map.ofEntries(
            Map.entry("customer", paths("email")),
            Map.entry("product", paths("active")),
            Map.entry("price", paths("product", "type", "currency")),
            Map.entry("payment_method", paths("customer", "type")),
            Map.entry("payment_intent", paths("customer")),
            Map.entry("charge", paths("customer", "payment_intent")),
            Map.entry("balance_transaction", paths("type", "source", "currency")),
            Map.entry("refund", paths("charge", "payment_intent")),
            Map.entry("dispute", paths("charge", "payment_intent")),
            Map.entry("event", paths("type")),
            Map.entry("subscription", paths("customer", "collection_method")),
            Map.entry(
                    "invoice",
                    Map.of(
                            "customer", path("customer"),
                            "status", path("status"),
                            "collection_method", path("collection_method"),
                            "subscription", path("parent", "subscription_details", "subscription"))),
            Map.entry("invoice_payment", paths("invoice", "status")),
            Map.entry(
                    Checkout.TYPE,
                    Map.of(
                            "customer", path("customer"),
                            "payment_intent", path("payment_intent"),
                            "subscription", path("subscription"),
                            "status", path("status"))));

    private final World world;

    Listing(World world) {
        this.world = world;
    }

    private static Map<String, String[]> paths(String... names) {
        var paths = new HashMap<String, String[]>();
        for (var name : names) {
            paths.put(name, path(name));
        }
        return paths;
    }

    private static String[] path(String... names) {
        return names;
    }

    /// @return objects as they are, not copies
    ObjectNode list(String type, String url, Params params) {
        int limit = limit(params);
        var wanted = wanted(type, params);
        var backwards = params.has("ending_before");
        var stretch = stretch(type, params);
        var found = new ArrayList<Stored>();
        for (var stored : (backwards ? stretch : stretch.descendingMap()).values()) {
            if (wanted.test(stored)) {
                found.add(stored);
            }
            if (found.size() > limit) {
                break;
            }
        }
        var more = found.size() > limit;
        List<Stored> page = more ? found.subList(0, limit) : found;
        if (backwards) {
            Collections.reverse(page);
        }
        var data = Json.array();
        page.forEach(stored -> data.add(stored.body()));
        return Json.body("""
                        {"object": "list"}
                        """)
                .with("data", data)
                .with("has_more", more)
                .with("url", url)
                .json();
    }

    /// The part of the list in which a page can be at all: between cursors, and between the times of `created`.
    private NavigableMap<Place, Stored> stretch(String type, Params params) {
        long from = type.equals("event") ? world.instant().minus(EVENTS_LIVE).getEpochSecond() : 0;
        var after = new Place(Math.max(from, from(params)), 0);
        var before = new Place(to(params), 0);
        var below = cursor(type, params, "starting_after");
        var above = cursor(type, params, "ending_before");
        if (below != null && below.compareTo(before) < 0) {
            before = below;
        }
        if (above != null && above.compareTo(after) > 0) {
            after = above;
        }
        var all = candidates(type, params);
        return after.compareTo(before) < 0 ? all.subMap(after, false, before, false) : new TreeMap<>();
    }

    private static long from(Params params) {
        var exactly = params.number("created");
        var gt = params.number("created", "gt");
        var gte = params.number("created", "gte");
        return Math.max(exactly == null ? 0 : exactly, Math.max(gt == null ? 0 : gt + 1, gte == null ? 0 : gte));
    }

    private static long to(Params params) {
        var exactly = params.number("created");
        var lt = params.number("created", "lt");
        var lte = params.number("created", "lte");
        return Math.min(
                exactly == null ? Long.MAX_VALUE : exactly + 1,
                Math.min(lt == null ? Long.MAX_VALUE : lt, lte == null ? Long.MAX_VALUE : lte + 1));
    }

    /// All of a type, or only those that name a customer, an invoice or the like, where the list is asked for these.
    private NavigableMap<Place, Stored> candidates(String type, Params params) {
        var intent = params.text("payment", "payment_intent");
        if (type.equals("invoice_payment") && intent != null) {
            return world.store.naming(type, "payment.payment_intent", intent);
        }
        for (var filter : FILTERS.getOrDefault(type, Map.of()).entrySet()) {
            var field = String.join(".", filter.getValue());
            var value = params.text(filter.getKey());
            if (value != null && Store.finds(type, field)) {
                return world.store.naming(type, field, value);
            }
        }
        return world.store.places(type);
    }

    private static int limit(Params params) {
        var limit = params.number("limit");
        if (limit != null && (limit < 1 || limit > 100)) {
            throw Refusal.invalid("parameter_invalid_integer", "This value must be between 1 and 100.", "limit");
        }
        return limit == null ? 10 : limit.intValue();
    }

    private @Nullable Place cursor(String type, Params params, String name) {
        var id = params.text(name);
        if (id == null) {
            return null;
        }
        var stored = world.store.find(type, id);
        if (stored == null) {
            throw Refusal.missing(type, id, name);
        }
        return Place.of(stored);
    }

    private Predicate<Stored> wanted(String type, Params params) {
        Predicate<Stored> wanted = _ -> true;
        for (var filter : FILTERS.getOrDefault(type, Map.of()).entrySet()) {
            var value = params.text(filter.getKey());
            if (value != null) {
                wanted = wanted.and(stored ->
                        Json.at(stored.body(), filter.getValue()).asString().equals(value));
            }
        }
        return switch (type) {
            case "event" -> wanted.and(events(params));
            case "subscription" -> wanted.and(status(params.text("status")));
            case "invoice_payment" -> wanted.and(payment(params));
            case Checkout.TYPE -> wanted.and(email(params.text("customer_details", "email")));
            default -> wanted;
        };
    }

    private static Predicate<Stored> events(Params params) {
        var types = Set.copyOf(params.texts("types"));
        if (types.size() > 20) {
            throw Refusal.invalid(null, "You may specify at most 20 types.", "types");
        }
        return stored -> types.isEmpty() || types.contains(Json.text(stored.body(), "type"));
    }

    private static Predicate<Stored> status(@Nullable String status) {
        return stored -> {
            var is = Json.need(stored.body(), "status");
            return switch (status) {
                case null -> !is.equals("canceled");
                case "all" -> true;
                case "ended" -> is.equals("canceled") || is.equals("incomplete_expired");
                default -> is.equals(status);
            };
        };
    }

    private static Predicate<Stored> payment(Params params) {
        var type = params.text("payment", "type");
        var intent = params.text("payment", "payment_intent");
        return stored -> (type == null || type.equals(Json.text(stored.body(), "payment", "type")))
                && (intent == null || intent.equals(Json.text(stored.body(), "payment", "payment_intent")));
    }

    private static Predicate<Stored> email(@Nullable String email) {
        return stored -> email == null || email.equalsIgnoreCase(Json.text(stored.body(), "customer_details", "email"));
    }
}
