/// Money that came and went, as append-only entries; a donation is only the id that Stripe carried.
@NullMarked
package press.mainstay.ledger;

import org.jspecify.annotations.NullMarked;
