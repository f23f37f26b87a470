package press.mainstay.account;

import java.util.regex.Pattern;
import press.mainstay.demo.DemoMail;

/// What a letter about a recurring gift says of the way out.
final class GiftLetter {

    private static final Pattern LINK = Pattern.compile("https?://\\S+/account/gift/\\S+");

    private GiftLetter() {}

    /// The link in the newest letter to this address.
    static String link(DemoMail mail, String address) {
        var text = mail.lettersTo(address).getFirst().text();
        var link = LINK.matcher(text);
        if (!link.find()) {
            throw new AssertionError("No link in: " + text);
        }
        return link.group();
    }
}
