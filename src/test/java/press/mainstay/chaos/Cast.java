package press.mainstay.chaos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Gives all that is named in a script a name of this run's own, so that runs share a database and never meet, and
/// translates back.
final class Cast {

    private static final Pattern ADDRESS = Pattern.compile("([a-z]+)(?:\\.[0-9a-z]+)?@story\\.example");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Script script;
    private final String run;
    private final Pattern ids;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, String> labels = new HashMap<>();

    /// @param run a word that no other run has
    /// @param numbering which of two objects of one second has the smaller id: it must not matter
    Cast(Script script, String run, long numbering) {
        this.script = script;
        this.run = run;
        this.ids = Pattern.compile("[a-z]+_\\d{4}x" + run + "(?![0-9a-z])");
        var found = new ArrayList<String>();
        script.objects().forEach(object -> collect(object, found));
        script.events().forEach(event -> collect(event, found));
        var numbers = new ArrayList<Integer>();
        for (var i = 0; i < found.size(); i++) {
            numbers.add(i);
        }
        if (numbering != 0) {
            Collections.shuffle(numbers, new Random(numbering));
        }
        var counts = new HashMap<String, Integer>();
        for (var i = 0; i < found.size(); i++) {
            var kind = found.get(i).substring(0, found.get(i).indexOf('_'));
            var name = "%s_%04dx%s".formatted(kind, numbers.get(i), run);
            names.put(found.get(i), name);
            labels.put(name, kind + "_" + counts.merge(kind, 1, Integer::sum));
        }
        for (var i = 0; i < script.gifts().size(); i++) {
            var name = UUID.nameUUIDFromBytes((run + " " + i).getBytes(StandardCharsets.UTF_8));
            names.put(script.gifts().get(i).donation().toString(), name.toString());
            labels.put(name.toString(), "donation_" + (i + 1));
        }
    }

    /// Products are the account's, and their ids words.
    private static void collect(JsonNode node, List<String> found) {
        if (node.isObject()) {
            var id = node.path("id").stringValue("");
            var object = node.path("object").stringValue("");
            if (id.contains("_") && !object.isEmpty() && !object.equals("product") && !found.contains(id)) {
                found.add(id);
            }
        }
        node.forEach(inner -> collect(inner, found));
    }

    /// All names of this run: ids and donations.
    List<String> all() {
        return List.copyOf(names.values());
    }

    String name(String inScript) {
        return names.getOrDefault(inScript, inScript);
    }

    UUID donation(Gift gift) {
        return UUID.fromString(name(gift.donation().toString()));
    }

    /// As this run tells it.
    ObjectNode cast(ObjectNode node) {
        return (ObjectNode)
                translated(node, text -> ADDRESS.matcher(name(text)).replaceAll("$1." + run + "@story.example"));
    }

    /// @return the event's body
    String event(int number) {
        return JSON.writeValueAsString(cast(script.events().get(number)));
    }

    String eventId(int number) {
        return name(script.events().get(number).path("id").stringValue());
    }

    /// What the database holds, in words that are the same in every run.
    String label(String text) {
        var named = ids.matcher(text).replaceAll(id -> labels.getOrDefault(id.group(), id.group()));
        for (var gift : script.gifts()) {
            var donation = donation(gift).toString();
            named = named.replace(donation, labels.get(donation));
        }
        return ADDRESS.matcher(named).replaceAll("$1");
    }

    private static JsonNode translated(JsonNode node, UnaryOperator<String> translation) {
        var nodes = JsonNodeFactory.instance;
        return switch (node) {
            case ObjectNode object -> {
                var copy = nodes.objectNode();
                object.properties()
                        .forEach(entry -> copy.set(entry.getKey(), translated(entry.getValue(), translation)));
                yield copy;
            }
            case ArrayNode array -> {
                var copy = nodes.arrayNode();
                array.forEach(one -> copy.add(translated(one, translation)));
                yield copy;
            }
            default -> node.isString() ? nodes.stringNode(translation.apply(node.stringValue())) : node;
        };
    }
}
