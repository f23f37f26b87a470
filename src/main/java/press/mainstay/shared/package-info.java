/// Values that every feature speaks in: money, frequencies, e-mail addresses; and the worker of a queue table. No
/// beans, no queries.
@NullMarked
package press.mainstay.shared;

import org.jspecify.annotations.NullMarked;
