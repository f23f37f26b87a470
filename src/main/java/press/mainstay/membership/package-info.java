/// Standing of a recurring donation: who is a member, and until when.
@NullMarked
package press.mainstay.membership;

import org.jspecify.annotations.NullMarked;
