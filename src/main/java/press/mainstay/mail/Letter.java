package press.mainstay.mail;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;

/// A kind of letter to one person. A feature implements it as a bean and promises letters of its kind in the
/// transaction that causes them: `letters.promise(…)`. What a letter says and to whom is asked only when it is
/// sent.
public interface Letter {

    /// Names the kind in the database, such as `receipt`. Where it ends in `confirmation`, `about` is an opt-in's
    /// id: whose address that is, a bounce is booked for.
    String kind();

    /// The list that it belongs to: who left that list does not get it, and it carries the means to leave. Absent
    /// for letters about a person's own doings, such as receipts.
    default Optional<MailList> list() {
        return Optional.empty();
    }

    /// Asked right before it is written: why it must not go, in a word that is kept for staff, such as `gave`.
    default Optional<String> objection(@Nullable UUID supporter, String about) {
        return Optional.empty();
    }

    /// @param supporter null for a letter to the newsroom itself, or where `about` tells to whom
    /// @param about as promised: which payment, which reminder
    /// @return empty if the letter is no longer wanted
    Optional<Content> write(@Nullable UUID supporter, String about);

    /// @param subject as printed; with a control character in it the letter is never sent
    /// @param template both `<template>.html` and `<template>.txt` below `templates`
    record Content(EmailAddress to, Locale locale, String subject, String template, Map<String, Object> model) {}
}
