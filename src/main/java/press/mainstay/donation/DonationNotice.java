package press.mainstay.donation;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter.Content;
import press.mainstay.mail.Notice;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Money;

/// The form of the letters about a gift that are no receipts: some sentences, what it is about, perhaps a link.
@Component
class DonationNotice {

    private final Notice notice;
    private final MessageSource messages;

    DonationNotice(Notice notice, MessageSource messages) {
        this.notice = notice;
        this.messages = messages;
    }

    /// @param kind its texts are `notice.<kind>.subject` and `….text`, where `{0}` is the amount
    /// @param reference see ReceiptLetter
    /// @param links each with the key of its text
    Content write(EmailAddress to, Locale locale, String kind, Money amount, String reference, Map<String, URI> links) {
        var sum = amount.format(locale);
        var facts = new LinkedHashMap<String, String>();
        facts.put(text("receipt.amount", locale), sum);
        facts.put(text("receipt.reference", locale), reference);
        var named = new LinkedHashMap<String, URI>();
        links.forEach((key, link) -> named.put(text(key, locale), link));
        return notice.write(
                to,
                locale,
                text("notice." + kind + ".subject", locale),
                text("notice." + kind + ".text", locale, sum),
                facts,
                named);
    }

    private String text(String key, Locale locale, Object... arguments) {
        return messages.getMessage(key, arguments, locale);
    }
}
