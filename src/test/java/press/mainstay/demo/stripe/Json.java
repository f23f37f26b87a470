package press.mainstay.demo.stripe;

import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Short ways to write and read the bodies that Stripe sends.
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final Map<String, ObjectNode> ALWAYS = new ConcurrentHashMap<>();

    private Json() {}

    /// @param pairs name, value, name, value …: strings, numbers, booleans, nulls, maps and nodes
    static ObjectNode object(@Nullable Object... pairs) {
        var object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < pairs.length; i += 2) {
            put(object, String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return object;
    }

    /// @param always the same text each time: it is read once
    static Body body(String always) {
        return new Body(ALWAYS.computeIfAbsent(always, Json::read).deepCopy());
    }

    static ArrayNode array(@Nullable Object... values) {
        var array = JsonNodeFactory.instance.arrayNode();
        for (var value : values) {
            array.add(node(value));
        }
        return array;
    }

    static void put(ObjectNode object, String name, @Nullable Object value) {
        object.set(name, node(value));
    }

    private static JsonNode node(@Nullable Object value) {
        var nodes = JsonNodeFactory.instance;
        return switch (value) {
            case null -> nodes.nullNode();
            case JsonNode node -> node;
            case String text -> nodes.stringNode(text);
            case Long number -> nodes.numberNode(number);
            case Integer number -> nodes.numberNode(number.longValue());
            case BigDecimal number -> nodes.numberNode(number);
            case Boolean flag -> nodes.booleanNode(flag);
            case Map<?, ?> map -> {
                var object = nodes.objectNode();
                map.forEach((key, inner) -> put(object, String.valueOf(key), inner));
                yield object;
            }
            default -> throw new IllegalArgumentException("Not for JSON: " + value.getClass());
        };
    }

    static JsonNode at(JsonNode node, String... path) {
        for (var name : path) {
            node = node.path(name);
        }
        return node;
    }

    static @Nullable String text(JsonNode node, String... path) {
        var found = at(node, path);
        return found.isString() ? found.stringValue() : null;
    }

    /// @throws IllegalStateException if there is no such text
    static String need(JsonNode node, String... path) {
        var found = text(node, path);
        if (found == null) {
            throw new IllegalStateException("No " + String.join(".", path) + " in " + node.path("id"));
        }
        return found;
    }

    static long number(JsonNode node, String... path) {
        var found = at(node, path);
        return found.isNumber() ? found.longValue() : 0;
    }

    static boolean flag(JsonNode node, String... path) {
        var found = at(node, path);
        return found.isBoolean() && found.booleanValue();
    }

    static ObjectNode copy(JsonNode node) {
        return node instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
    }

    /// What the body said before, for the names that changed: Stripe's `previous_attributes`.
    static ObjectNode previous(ObjectNode before, ObjectNode after) {
        var previous = JsonNodeFactory.instance.objectNode();
        for (var entry : after.properties()) {
            var old = before.path(entry.getKey());
            if (old.equals(entry.getValue())) {
                continue;
            }
            if (old instanceof ObjectNode oldObject && entry.getValue() instanceof ObjectNode newObject) {
                previous.set(entry.getKey(), previous(oldObject, newObject));
            } else {
                put(previous, entry.getKey(), old.isMissingNode() ? null : old);
            }
        }
        return previous;
    }

    static String write(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    static ObjectNode read(String json) {
        return (ObjectNode) MAPPER.readTree(json);
    }
}
