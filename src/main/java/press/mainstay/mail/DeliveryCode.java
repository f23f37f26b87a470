package press.mainstay.mail;

import java.util.Optional;
import java.util.regex.Pattern;

/// What a mail server says of a delivery in figures, the same in its answer to us and in a notification.
///
/// @param value an enhanced status such as `5.1.1`, or the bare reply `550` of a server that gives no more
/// @see <a href="https://www.iana.org/assignments/smtp-enhanced-status-codes">SMTP Enhanced Status Codes</a>
/// @see <a href="https://www.rfc-editor.org/rfc/rfc3463">RFC 3463</a>
record DeliveryCode(String value) {

    private static final String ENHANCED = "[245]\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]*\\d)";
    private static final Pattern STATUS = Pattern.compile("\\s*(" + ENHANCED + ")");
    private static final Pattern REPLY = Pattern.compile("\\s*([245]\\d\\d)(?:[ -]\\s*(" + ENHANCED + ")|(?!\\d))");

    /// @param text a status such as `5.1.1 (no such user)`, or a server's reply such as `550 5.1.1 No such user`
    /// @return empty if it begins with neither
    static Optional<DeliveryCode> in(String text) {
        var status = STATUS.matcher(text);
        if (status.lookingAt()) {
            return Optional.of(new DeliveryCode(status.group(1)));
        }
        var reply = REPLY.matcher(text);
        if (reply.lookingAt()) {
            return Optional.of(new DeliveryCode(reply.group(2) == null ? reply.group(1) : reply.group(2)));
        }
        return Optional.empty();
    }

    /// Not only a reply.
    boolean isEnhanced() {
        return value.indexOf('.') > 0;
    }

    boolean isFailure() {
        return !value.startsWith("2");
    }

    /// Nothing is known but that it failed: `5.0.0`.
    boolean isVague() {
        return value.endsWith(".0.0");
    }

    /// Of a failure. In doubt it is soft: then it takes three to close a mailbox.
    BounceKind kind() {
        if (!isEnhanced()) {
            return switch (value) {
                case "551" -> BounceKind.HARD; // user not local
                case "554" -> BounceKind.POLICY; // "transaction failed": mostly for our address or words
                default -> BounceKind.SOFT; // 550 is said of closed mailboxes and of spam alike
            };
        }
        var permanent = value.startsWith("5");
        return switch (value.substring(2)) {
            case "1.7", "1.8" -> BounceKind.POLICY; // the sender's address
            case "2.1" -> permanent ? BounceKind.HARD : BounceKind.SOFT; // disabled
            case "2.3", "3.4" -> BounceKind.POLICY; // too long
            case "5.0" -> BounceKind.SOFT; // Outlook.com, of unknown users too
            case String figures ->
                switch (figures.substring(0, figures.indexOf('.'))) {
                    case "1" -> permanent ? BounceKind.HARD : BounceKind.SOFT;
                    case "5", "6", "7" -> BounceKind.POLICY; // protocol, contents, security
                    default -> BounceKind.SOFT; // mailbox, system, network
                };
        };
    }
}
