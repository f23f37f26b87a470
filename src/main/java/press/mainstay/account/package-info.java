/// A reader's own pages, behind the signed links of our letters: change or end a gift.
@NullMarked
package press.mainstay.account;

import org.jspecify.annotations.NullMarked;
