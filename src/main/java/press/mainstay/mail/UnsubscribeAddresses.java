package press.mainstay.mail;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import press.mainstay.mail.UnsubscribeLinks.Holder;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;

/// Addresses that a mail program writes to when its reader leaves a list, for programs that do not know RFC 8058. The
/// token of a link would not fit into one.
@Component
class UnsubscribeAddresses {

    private static final Pattern TOKEN = Pattern.compile("([0-9a-f]{32})\\.([0-9a-f]{16})");

    private final Sealing sealing;
    private final @Nullable String address;

    UnsubscribeAddresses(Sealing sealing, BounceMailboxProperties properties) {
        this.sealing = sealing;
        var unsubscribe = properties.isUsed() ? properties.unsubscribeAddress() : null;
        this.address = unsubscribe == null ? null : unsubscribe.normalised();
    }

    /// @return empty if there is no mailbox that is read
    Optional<String> to(UUID supporter, MailList list) {
        if (address == null) {
            return Optional.empty();
        }
        var at = address.lastIndexOf('@');
        var id = supporter.toString().replace("-", "");
        return Optional.of(address.substring(0, at) + '+' + id + '.' + tag(supporter, list) + address.substring(at));
    }

    /// @return empty if it is no address that we made
    Optional<Holder> read(EmailAddress recipient) {
        var written = recipient.normalised();
        var plus = written.indexOf('+');
        var at = written.lastIndexOf('@');
        if (plus < 0 || at < plus || !(written.substring(0, plus) + written.substring(at)).equals(address)) {
            return Optional.empty();
        }
        var token = TOKEN.matcher(written.substring(plus + 1, at));
        if (!token.matches()) {
            return Optional.empty();
        }
        var id = token.group(1);
        var supporter = new UUID(HexFormat.fromHexDigitsToLong(id, 0, 16), HexFormat.fromHexDigitsToLong(id, 16, 32));
        for (var list : MailList.values()) {
            if (MessageDigest.isEqual(ascii(tag(supporter, list)), ascii(token.group(2)))) {
                return Optional.of(new Holder(supporter, list));
            }
        }
        return Optional.empty();
    }

    private String tag(UUID supporter, MailList list) {
        var hash = sealing.hash(supporter + "." + list.word(), "mail.unsubscribe");
        return HexFormat.of().formatHex(hash.bytes(), 0, 8);
    }

    private static byte[] ascii(String text) {
        return text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    }
}
