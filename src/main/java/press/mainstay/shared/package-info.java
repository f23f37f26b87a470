/// Values that every feature speaks in: money, frequencies, e-mail addresses. No beans, no queries.
@NullMarked
package press.mainstay.shared;

import org.jspecify.annotations.NullMarked;
