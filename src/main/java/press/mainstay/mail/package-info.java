/// Letters: promised once in the transaction that causes them, written and sent later by a worker; and what comes back
/// of them.
@NullMarked
package press.mainstay.mail;

import org.jspecify.annotations.NullMarked;
