package press.mainstay.demo.stripe;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// What goes back over the wire.
record Answer(int status, String contentType, String body, Map<String, String> headers) {

    static Answer json(int status, ObjectNode body) {
        return new Answer(status, "application/json", Json.write(body), Map.of());
    }

    static Answer html(int status, String body) {
        return new Answer(status, "text/html; charset=utf-8", body, Map.of());
    }

    static Answer seeOther(String location) {
        return new Answer(303, "text/plain", "", Map.of("Location", location));
    }

    Answer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, body, more);
    }
}
