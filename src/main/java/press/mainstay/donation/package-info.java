/// A reader gives: support page, start of Checkout, thank-you page, receipt.
@NullMarked
package press.mainstay.donation;

import org.jspecify.annotations.NullMarked;
