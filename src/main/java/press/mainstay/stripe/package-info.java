/// Stripe, out and in: calls through the gateway, webhooks through the inbox. No type of stripe-java leaves here.
@NullMarked
package press.mainstay.stripe;

import org.jspecify.annotations.NullMarked;
