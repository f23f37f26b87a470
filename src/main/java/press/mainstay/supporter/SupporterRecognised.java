package press.mainstay.supporter;

import java.util.UUID;

/// It became known which person a customer of Stripe is. Told within the transaction that learnt it, once a customer.
public record SupporterRecognised(UUID supporter, String customer) {}
