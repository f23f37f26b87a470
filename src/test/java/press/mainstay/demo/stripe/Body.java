package press.mainstay.demo.stripe;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A body in the making: what is always the same as JSON, then what differs.
record Body(ObjectNode json) {

    Body with(String name, @Nullable Object value) {
        Json.put(json, name, value);
        return this;
    }
}
