package press.mainstay.mail;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;

/// A kind of letter to one person. A feature implements it as a bean and promises letters of its kind in the
/// transaction that causes them: `letters.promise(…)`. What a letter says and to whom is asked only when it is
/// sent.
public interface Letter {

    /// Names the kind in the database, such as `receipt`.
    String kind();

    /// @param supporter null for a letter to the newsroom itself
    /// @param about as promised: which payment, which reminder
    /// @return empty if the letter is no longer wanted
    Optional<Content> write(@Nullable UUID supporter, String about);

    /// @param subject as printed; with a control character in it the letter is never sent
    /// @param template both `<template>.html` and `<template>.txt` below `templates`
    record Content(EmailAddress to, Locale locale, String subject, String template, Map<String, Object> model) {}
}
