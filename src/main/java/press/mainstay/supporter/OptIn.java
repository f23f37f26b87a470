package press.mainstay.supporter;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;

/// An address that somebody typed into a form, and of which nobody has shown yet that it is theirs.
///
/// @param source the form
/// @param textVersion names the words beside the consent box
/// @param askedAt the first time
public record OptIn(
        UUID id,
        MailList list,
        EmailAddress email,
        KeyedHash emailHash,
        Locale locale,
        String source,
        String textVersion,
        Instant askedAt) {}
