package press.mainstay.demo.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The parameters of a call as a tree: Stripe nests them with brackets, `line_items[0][price_data][currency]=usd`.
final class Params {

    private final Map<String, Object> tree = new LinkedHashMap<>();
    private final Map<String, String> flat = new LinkedHashMap<>();

    static Params parse(String form) {
        var params = new Params();
        for (var pair : form.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                var name = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), UTF_8);
                params.add(name, equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), UTF_8));
            }
        }
        return params;
    }

    private void add(String name, String value) {
        flat.merge(name, value, (one, other) -> one + "," + other);
        var steps = name.replace("]", "").split("\\[", -1);
        var level = tree;
        for (int i = 0; i < steps.length - 1; i++) {
            level = deeper(level, steps[i].isEmpty() ? String.valueOf(level.size()) : steps[i]);
        }
        var last = steps[steps.length - 1];
        level.put(last.isEmpty() ? String.valueOf(level.size()) : last, value);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> deeper(Map<String, Object> level, String step) {
        var next = level.get(step);
        if (!(next instanceof Map)) {
            next = new LinkedHashMap<String, Object>();
            level.put(step, next);
        }
        return (Map<String, Object>) next;
    }

    /// @return null where nothing was sent; the empty string unsets in Stripe's language
    @Nullable
    String text(String... path) {
        return at(path) instanceof String text ? text : null;
    }

    @Nullable
    Long number(String... path) {
        var text = text(path);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException _) {
            throw Refusal.invalid("parameter_invalid_integer", "Invalid integer: " + text, name(path));
        }
    }

    boolean has(String... path) {
        return at(path) != null;
    }

    Params in(String... path) {
        var inner = new Params();
        if (at(path) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> inner.tree.put(String.valueOf(key), value));
        }
        return inner;
    }

    List<Params> list(String name) {
        var list = new ArrayList<Params>();
        for (var key : in(name).tree.keySet()) {
            list.add(in(name, key));
        }
        return list;
    }

    List<String> texts(String name) {
        var list = new ArrayList<String>();
        for (var value : in(name).tree.values()) {
            list.add(String.valueOf(value));
        }
        return list;
    }

    Map<String, String> map(String... path) {
        var map = new LinkedHashMap<String, String>();
        in(path).tree.forEach((key, value) -> map.put(key, String.valueOf(value)));
        return map;
    }

    /// As sent, brackets and all.
    Map<String, String> flat() {
        return Collections.unmodifiableMap(flat);
    }

    /// The same for the same parameters, in whatever order they came.
    String fingerprint() {
        return new TreeMap<>(flat).toString();
    }

    static String name(String... path) {
        var name = new StringBuilder(path[0]);
        for (int i = 1; i < path.length; i++) {
            name.append('[').append(path[i]).append(']');
        }
        return name.toString();
    }

    private @Nullable Object at(String... path) {
        Object here = tree;
        for (var step : path) {
            here = here instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return here;
    }
}
