package press.mainstay.supporter;

import java.util.Locale;
import java.util.UUID;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;

/// An address that somebody typed into a form, and of which nobody has shown yet that it is theirs.
public record OptIn(UUID id, MailList list, EmailAddress email, KeyedHash emailHash, Locale locale) {}
