/// "Remind me later": asked for on our pages, confirmed by mail, kept on the day unless the reader has given.
@NullMarked
package press.mainstay.reminder;

import org.jspecify.annotations.NullMarked;
