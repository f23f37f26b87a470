package press.mainstay.mail;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.EmailAddress;

/// An address of ours that takes `local+anything@domain`. After the plus sign stand an id, and a tag that only our keys
/// can have made.
record TaggedAddress(String local, String domain) {

    /// With a plus sign, an id of 32 and a tag of 16 digits and a dot in 64 (RFC 5321, 4.5.3.1.1).
    static final int LONGEST_LOCAL = 14;

    private static final HexFormat HEX = HexFormat.of();
    private static final int TAG_OCTETS = 8;
    private static final Pattern TOKEN = Pattern.compile("([0-9a-f]{32})\\.([0-9a-f]{16})");

    static TaggedAddress of(EmailAddress address) {
        var text = address.normalised();
        var at = text.lastIndexOf('@');
        return new TaggedAddress(text.substring(0, at), text.substring(at + 1));
    }

    /// What stands after the plus sign. Believe the id only after a look at the tag.
    record Token(UUID id, String tag) {

        boolean isMadeWith(KeyedHash hash) {
            return MessageDigest.isEqual(
                    tagOf(hash).getBytes(StandardCharsets.US_ASCII), tag.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /// @param hash of the id, for a purpose of its own
    String with(UUID id, KeyedHash hash) {
        var digits = HEX.toHexDigits(id.getMostSignificantBits()) + HEX.toHexDigits(id.getLeastSignificantBits());
        return local + '+' + digits + '.' + tagOf(hash) + '@' + domain;
    }

    /// @param recipient in any case
    /// @return empty if it is not of this form
    Optional<Token> read(String recipient) {
        var written = recipient.toLowerCase(Locale.ROOT);
        var start = local + '+';
        var end = '@' + domain;
        if (!written.startsWith(start) || !written.endsWith(end) || written.length() < start.length() + end.length()) {
            return Optional.empty();
        }
        var token = TOKEN.matcher(written.substring(start.length(), written.length() - end.length()));
        return token.matches() ? Optional.of(new Token(uuid(token.group(1)), token.group(2))) : Optional.empty();
    }

    private static UUID uuid(String digits) {
        return new UUID(HexFormat.fromHexDigitsToLong(digits, 0, 16), HexFormat.fromHexDigitsToLong(digits, 16, 32));
    }

    private static String tagOf(KeyedHash hash) {
        return HEX.formatHex(hash.bytes(), 0, TAG_OCTETS);
    }
}
