/// Plays lives of gifts at Stripe and tells the service of them in all the ways that Stripe may: in any order, more
/// than once, to several nodes, with crashes between and within the steps. What comes of it must be what comes of a
/// well-behaved run.
@NullMarked
package press.mainstay.chaos;

import org.jspecify.annotations.NullMarked;
