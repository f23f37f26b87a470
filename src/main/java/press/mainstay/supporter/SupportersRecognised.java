package press.mainstay.supporter;

import java.util.Map;
import java.util.UUID;

/// It became known which person a customer of Stripe is, or that the customer has the address of another. Told
/// within the transaction that learnt it.
///
/// @param customers Stripe's ids, each with the person
public record SupportersRecognised(Map<String, UUID> customers) {}
