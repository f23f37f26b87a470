package press.mainstay.demo.stripe;

/// What a person types on the hosted page.
record Payer(String email, String name) {}
