package press.mainstay.demo.stripe;

import org.jspecify.annotations.Nullable;

/// What a person types on the hosted page.
record Payer(String email, @Nullable String name) {}
