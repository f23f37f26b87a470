/// The person who gives: a sealed e-mail address, a language, the customer ids that Stripe knows them by.
@NullMarked
package press.mainstay.supporter;

import org.jspecify.annotations.NullMarked;
