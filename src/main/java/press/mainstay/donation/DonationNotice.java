package press.mainstay.donation;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;
import press.mainstay.mail.Letter.Content;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.Money;

/// The form of the letters about a gift that are no receipts: some sentences, what it is about, perhaps a link.
@Component
class DonationNotice {

    private final NewsroomProperties newsroom;
    private final MessageSource messages;

    DonationNotice(NewsroomProperties newsroom, MessageSource messages) {
        this.newsroom = newsroom;
        this.messages = messages;
    }

    /// @param kind its texts are `notice.<kind>.subject` and `….text`, where `{0}` is the amount
    /// @param reference see ReceiptLetter
    /// @param links each with the key of its text
    Content write(EmailAddress to, Locale locale, String kind, Money amount, String reference, Map<String, URI> links) {
        var subject = text("notice." + kind + ".subject", locale);
        var sum = amount.format(locale);
        return new Content(
                to,
                locale,
                subject,
                "mail/notice",
                Map.of(
                        "newsroom", newsroom.name(),
                        "subject", subject,
                        "paragraphs",
                                List.of(text("notice." + kind + ".text", locale, sum)
                                        .split("\n\n")),
                        "facts",
                                List.of(
                                        Map.entry(text("receipt.amount", locale), sum),
                                        Map.entry(text("receipt.reference", locale), reference)),
                        "links",
                                links.entrySet().stream()
                                        .map(link -> Map.entry(text(link.getKey(), locale), link.getValue()))
                                        .toList()));
    }

    private String text(String key, Locale locale, Object... arguments) {
        return messages.getMessage(key, arguments, locale);
    }
}
