/// What protects the forms that are open to all: one limit for each network and e-mail address, and a proof of
/// work.
@NullMarked
package press.mainstay.guard;

import org.jspecify.annotations.NullMarked;
