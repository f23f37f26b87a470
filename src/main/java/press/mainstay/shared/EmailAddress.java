package press.mainstay.shared;

import java.net.IDN;
import java.util.Locale;

/// A mailbox, one person's data: prints a mask, so that it may stand in a log line by mistake without harm.
public record EmailAddress(String value) {

    /// The longest address that SMTP can carry (RFC 5321, 4.5.3.1, less the brackets).
    private static final int LONGEST = 254;

    /// @throws IllegalArgumentException if no mail server could take it; the message says nothing of it
    public EmailAddress {
        value = value.strip();
        var at = value.lastIndexOf('@');
        if (at < 1
                || at == value.length() - 1
                || value.length() > LONGEST
                || value.chars().anyMatch(c -> c <= ' ' || c == 127 || c == '<' || c == '>' || c == '"')
                || asciiDomain(value).length() > LONGEST) {
            throw new IllegalArgumentException("Not an e-mail address");
        }
    }

    /// One spelling for all the ways to write the same mailbox: lower case, the domain in its ASCII form.
    public String normalised() {
        return (value.substring(0, value.lastIndexOf('@') + 1) + asciiDomain(value)).toLowerCase(Locale.ROOT);
    }

    private static String asciiDomain(String address) {
        try {
            return IDN.toASCII(address.substring(address.lastIndexOf('@') + 1), IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException _) { // its message quotes the domain
            throw new IllegalArgumentException("Not an e-mail address");
        }
    }

    @Override
    public String toString() {
        return "…@…";
    }
}
