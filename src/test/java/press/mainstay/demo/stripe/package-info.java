/// Stripe, played: its API, hosted pages and webhooks, with a clock that can be moved. For the demo and the tests.
@NullMarked
package press.mainstay.demo.stripe;

import org.jspecify.annotations.NullMarked;
