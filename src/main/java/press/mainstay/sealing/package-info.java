/// Keys, and all that is done with them: sealing a person's data, keyed hashes to find it again, signed links.
@NullMarked
package press.mainstay.sealing;

import org.jspecify.annotations.NullMarked;
