package press.mainstay.mail;

/// Nothing more becomes of a mailing. Told within the transaction that took it down.
///
/// @param status `done`, `cancelled` or `missed`: it was too late to start
public record MailingEnded(int mailing, String kind, String about, String status) {}
