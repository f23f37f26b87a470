package press.mainstay.mail;

import java.time.Instant;
import java.util.UUID;

/// The relay said at once that there is no such mailbox. Told within the transaction that took it down.
///
/// @param code step, enhanced status and reply code, such as `RCPT/5.1.1:550`
public record AddressRefused(UUID supporter, String code, Instant at) {}
