package press.mainstay.mail;

import java.util.Locale;
import java.util.Map;
import press.mainstay.shared.MailList;

/// A kind of mail to many. A feature implements it as a bean and plans mailings of its kind: `mailings.create(…)`.
/// Audience and texts are asked for once, when the mailing starts, in one transaction; from then on neither
/// changes.
public interface Mailing {

    /// Stands in the texts for the reader's own link to leave the list; both parts must have it.
    String UNSUBSCRIBE_LINK = "https://link.invalid/unsubscribe";

    /// Stands in a header for the reader's own address to leave the list by mail.
    String UNSUBSCRIBE_ADDRESS = "unsubscribe@link.invalid";

    /// Stands in the texts for the reader's own link to choose what to get.
    String PREFERENCES_LINK = "https://link.invalid/preferences";

    /// Names the kind in the database, such as `issue`.
    String kind();

    /// The list that it belongs to. Who did not sign up for it, or is suppressed, is left out whatever the audience
    /// says: at the start, and again right before each mail.
    MailList list();

    /// @param about as planned: which issue
    Audience audience(String about);

    /// @param variant one of those that the audience named
    Text write(String about, String variant);

    /// Who is meant.
    ///
    /// @param select a statement with the columns `recipient`, a supporter's id, and `variant`, text: which
    ///     of a few texts they get; each recipient once
    record Audience(String select, Map<String, ?> parameters) {}

    /// One text for all readers of a variant, with the links above left open.
    ///
    /// @param subject as printed; with a control character in it the mailing does not start
    record Text(Locale locale, String subject, String text, String html) {}
}
