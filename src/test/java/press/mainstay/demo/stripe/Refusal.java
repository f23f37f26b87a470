package press.mainstay.demo.stripe;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A call that Stripe answers with an error.
final class Refusal extends RuntimeException {

    final int status;
    final ObjectNode body;

    Refusal(int status, String type, @Nullable String code, String message, @Nullable String param) {
        super(message);
        this.status = status;
        var error = Json.object("type", type, "message", message);
        if (code != null) {
            error.put("code", code);
            error.put("doc_url", "https://stripe.com/docs/error-codes/" + code.replace('_', '-'));
        }
        if (param != null) {
            error.put("param", param);
        }
        this.body = Json.object("error", error);
    }

    static Refusal invalid(@Nullable String code, String message, @Nullable String param) {
        return new Refusal(400, "invalid_request_error", code, message, param);
    }

    /// What was asked for by its address is not there.
    static Refusal unknown(String type, String id) {
        return new Refusal(404, "invalid_request_error", "resource_missing", noSuch(type, id), "id");
    }

    /// What a parameter names is not there.
    static Refusal missing(String type, String id, String param) {
        return invalid("resource_missing", noSuch(type, id), param);
    }

    static Refusal needed(String param) {
        return invalid("parameter_missing", "Missing required param: " + param + ".", param);
    }

    private static String noSuch(String type, String id) {
        return "No such " + type.replace('_', ' ') + ": '" + id + "'";
    }
}
