/// Letters: promised once in the transaction that causes them, written and sent later by a worker. Mailings: one
/// text to many, whose audience is frozen, sent by many workers on many nodes. And what comes back of both.
@NullMarked
package press.mainstay.mail;

import org.jspecify.annotations.NullMarked;
