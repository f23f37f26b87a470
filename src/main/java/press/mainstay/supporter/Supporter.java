package press.mainstay.supporter;

import java.util.Locale;
import java.util.UUID;
import press.mainstay.shared.EmailAddress;

/// A person who gives, with what is needed to write to them.
///
/// @param locale the language of their first gift
public record Supporter(UUID id, EmailAddress email, Locale locale) {}
