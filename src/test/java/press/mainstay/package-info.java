/// The harness that feature tests stand on.
@NullMarked
package press.mainstay;

import org.jspecify.annotations.NullMarked;
