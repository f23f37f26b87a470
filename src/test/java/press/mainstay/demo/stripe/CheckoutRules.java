package press.mainstay.demo.stripe;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

/// What Stripe refuses before it opens a Checkout Session.
final class CheckoutRules {

    private static final Duration SHORTEST = Duration.ofMinutes(30);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Set<String> SUBMIT_TYPES = Set.of("auto", "book", "donate", "pay", "subscribe");

    private CheckoutRules() {}

    static void check(Params params, World world) {
        var mode = params.text("mode");
        if (mode == null) {
            throw Refusal.needed("mode");
        }
        if (!mode.equals("payment") && !mode.equals("subscription")) {
            throw Refusal.invalid(null, "Invalid mode: must be one of payment, setup, or subscription", "mode");
        }
        urls(params);
        if (params.list("line_items").isEmpty()) {
            throw Refusal.invalid(
                    "parameter_missing", "The `line_items` parameter is required in " + mode + " mode.", "line_items");
        }
        if (mode.equals("subscription")) {
            only(params, "customer_creation", "You can only set `customer_creation` in `payment` and `setup` mode.");
            only(params, "payment_intent_data", "You can not pass `payment_intent_data` in `subscription` mode.");
            only(params, "invoice_creation", "You can only enable invoice creation when `mode` is set to `payment`.");
        } else {
            only(params, "subscription_data", "You can not pass `subscription_data` in `payment` mode.");
        }
        customer(params, world);
        expiry(params, world);
        var reference = params.text("client_reference_id");
        if (reference != null && reference.length() > 200) {
            throw Refusal.invalid(null, "Invalid string: must be at most 200 characters", "client_reference_id");
        }
        var submit = params.text("submit_type");
        if (submit != null && !SUBMIT_TYPES.contains(submit)) {
            throw Refusal.invalid(
                    null, "Invalid submit_type: must be one of auto, book, donate, pay, or subscribe", "submit_type");
        }
        var suffix = params.text("payment_intent_data", "statement_descriptor_suffix");
        if (suffix != null && (suffix.length() > 22 || !suffix.matches("[^<>\\\\'\"*]*[A-Za-z][^<>\\\\'\"*]*"))) {
            throw Refusal.invalid(
                    null,
                    "The statement descriptor suffix is not valid.",
                    "payment_intent_data[statement_descriptor_suffix]");
        }
    }

    private static void urls(Params params) {
        if (params.text("success_url") == null) {
            throw Refusal.needed("success_url");
        }
        for (var name : new String[] {"success_url", "cancel_url"}) {
            var url = params.text(name);
            if (url != null && !isUrl(url)) {
                throw Refusal.invalid("url_invalid", "Not a valid URL", name);
            }
        }
    }

    private static boolean isUrl(String url) {
        try {
            var uri = URI.create(url.replace("{CHECKOUT_SESSION_ID}", "cs_test"));
            return uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme());
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static void only(Params params, String name, String message) {
        if (params.has(name)) {
            throw Refusal.invalid(null, message, name);
        }
    }

    private static void customer(Params params, World world) {
        var customer = params.text("customer");
        if (customer != null && world.store.find("customer", customer) == null) {
            throw Refusal.missing("customer", customer, "customer");
        }
        if (customer != null && params.has("customer_email")) {
            throw Refusal.invalid(
                    null, "You may only specify one of these parameters: customer, customer_email.", null);
        }
        if (customer != null && params.has("customer_creation")) {
            throw Refusal.invalid(
                    null, "You may only specify one of these parameters: customer, customer_creation.", null);
        }
        var email = params.text("customer_email");
        if (email != null && !email.matches("[^@\\s]+@[^@\\s]+\\.[^@\\s]+")) {
            throw Refusal.invalid("email_invalid", "Invalid email address: " + email, "customer_email");
        }
    }

    private static void expiry(Params params, World world) {
        var at = params.number("expires_at");
        if (at == null) {
            return;
        }
        long left = at - world.now();
        if (left < SHORTEST.toSeconds() - 60 || left > LONGEST.toSeconds() + 60) {
            throw Refusal.invalid(
                    null,
                    "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
                    "expires_at");
        }
    }
}
