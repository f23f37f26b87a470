package press.mainstay.supporter;

import java.util.UUID;
import press.mainstay.shared.MailList;

/// A person has left a list. Told within the transaction that took it down.
public record ConsentWithdrawn(UUID supporter, MailList list) {}
