package press.mainstay.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// How things stand at Stripe when a story is over, or after some of its events, for comparison with what the service
/// made of it.
final class Truth {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Where Stripe's own word is kept for how an object stands.
    private static final List<String> TABLES = List.of("subscription", "invoice", "refund", "dispute");

    private static final Set<String> MOVES_OF_GIFTS =
            Set.of("charge", "charge_failure", "refund", "refund_failure", "dispute", "dispute_reversal");

    private final List<ObjectNode> objects;
    private final boolean complete;
    private final Cast names;

    /// @param told the events that the service knows
    Truth(Script script, Set<Integer> told) {
        this.objects = List.copyOf(script.objectsAfter(told).values());
        this.complete = told.size() == script.events().size();
        this.names = new Cast(script, "0", 0);
    }

    List<String> differencesFrom(Outcome outcome) {
        var differences = new ArrayList<String>();
        for (var table : TABLES) {
            for (var row : rows(outcome, table)) {
                var object = object(table, row.path("id").stringValue());
                compare(differences, row, object, "status", row.path("status"), object.path("status"));
                if (table.equals("subscription")) {
                    var price = object.at("/items/data/0/price/unit_amount");
                    compare(differences, row, object, "price", row.path("price_minor_units"), price);
                }
            }
        }
        if (complete) {
            compareMoney(differences, outcome);
        }
        return differences;
    }

    private void compareMoney(List<String> differences, Outcome outcome) {
        var booked = new TreeMap<String, Long>();
        for (var entry : rows(outcome, "ledger_entry")) {
            if (Set.of("settlement", "fee").contains(entry.path("kind").stringValue())) {
                booked.merge(
                        entry.path("kind").stringValue(),
                        entry.path("minor_units").longValue(),
                        Long::sum);
            }
        }
        var moved = new TreeMap<String, Long>();
        for (var transaction : objects("balance_transaction")) {
            if (MOVES_OF_GIFTS.contains(transaction.path("reporting_category").stringValue())) {
                moved.merge("settlement", transaction.path("amount").longValue(), Long::sum);
                moved.merge("fee", -transaction.path("fee").longValue(), Long::sum);
            }
        }
        if (!booked.equals(moved)) {
            differences.add("booked " + booked + ", but Stripe moved " + moved);
        }
        var charges = new HashMap<String, Long>();
        objects("charge").stream()
                .filter(charge -> charge.path("status").stringValue().equals("succeeded"))
                .forEach(charge -> charges.put(
                        label(charge), charge.path("amount_captured").longValue()));
        var payments = new HashMap<String, Long>();
        rows(outcome, "payment")
                .forEach(payment -> payments.put(
                        payment.path("charge").stringValue(),
                        payment.path("amount_minor_units").longValue()));
        if (!payments.equals(charges)) {
            differences.add("payments " + payments + ", but charges " + charges);
        }
    }

    private static void compare(
            List<String> differences, JsonNode row, ObjectNode object, String what, JsonNode ours, JsonNode stripes) {
        if (!Objects.equals(ours.asString(), stripes.asString())) {
            differences.add("%s of %s is %s, but at Stripe %s"
                    .formatted(what, row.path("id").asString(), ours.asString(), stripes.asString()));
        }
    }

    private static List<JsonNode> rows(Outcome outcome, String table) {
        return outcome.rows().getOrDefault(table, List.of()).stream()
                .map(JSON::readTree)
                .toList();
    }

    private List<ObjectNode> objects(String type) {
        return objects.stream()
                .filter(object -> object.path("object").stringValue().equals(type))
                .toList();
    }

    private ObjectNode object(String type, String label) {
        return objects(type).stream()
                .filter(object -> label(object).equals(label))
                .findFirst()
                .orElseThrow();
    }

    private String label(ObjectNode object) {
        return names.label(names.name(object.path("id").stringValue()));
    }
}
