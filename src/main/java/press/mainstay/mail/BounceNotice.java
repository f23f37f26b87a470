package press.mainstay.mail;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.EmailAddress;

/// Somebody says that a mail of ours came back. Whether it is ours is for [BounceService] to tell: anybody can write
/// such a notice.
///
/// @param envelopes addresses that may be a mail's [MailIds#envelopeFrom]
/// @param messageIds of the mail, with or without brackets
/// @param recipients whom it may have gone to, to find a mail by its Message-ID
/// @param code null where none was told
/// @param at null where it was not told
record BounceNotice(
        List<EmailAddress> envelopes,
        List<String> messageIds,
        List<EmailAddress> recipients,
        BounceKind kind,
        @Nullable DeliveryCode code,
        @Nullable Instant at) {}
