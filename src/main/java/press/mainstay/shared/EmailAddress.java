package press.mainstay.shared;

import java.net.IDN;
import java.util.Locale;

/// A mailbox, one person's data: prints a mask, so that it may stand in a log line by mistake without harm.
public record EmailAddress(String value) {

    /// The longest address that SMTP can carry (RFC 5321, 4.5.3.1, less the brackets).
    private static final int LONGEST = 254;

    public EmailAddress {
        value = value.strip();
        var at = value.lastIndexOf('@');
        if (at < 1
                || at == value.length() - 1
                || value.length() > LONGEST
                || value.chars().anyMatch(c -> c <= ' ' || c == 127 || c == '<' || c == '>' || c == '"')) {
            throw new IllegalArgumentException("Not an e-mail address");
        }
    }

    /// One spelling for all the ways to write the same mailbox: lower case, the domain in its ASCII form.
    public String normalised() {
        var at = value.lastIndexOf('@');
        return (value.substring(0, at) + '@' + IDN.toASCII(value.substring(at + 1), IDN.ALLOW_UNASSIGNED))
                .toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return "…@…";
    }
}
