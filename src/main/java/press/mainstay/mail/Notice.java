package press.mainstay.mail;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.EmailAddress;

/// The form of most letters: some sentences, perhaps what they are about, perhaps where to go from here.
@Component
public class Notice {

    private final NewsroomProperties newsroom;

    Notice(NewsroomProperties newsroom) {
        this.newsroom = newsroom;
    }

    /// @param text paragraphs, with an empty line between them
    /// @param facts names and values, in the order printed
    /// @param links what they are called and where they lead, in the order printed
    public Letter.Content write(
            EmailAddress to,
            Locale locale,
            String subject,
            String text,
            Map<String, String> facts,
            Map<String, URI> links) {
        var model = new HashMap<String, Object>(Map.of(
                "newsroom", newsroom.name(),
                "subject", subject,
                "paragraphs", List.of(text.split("\n\n")),
                "facts", facts,
                "links", links));
        if (newsroom.postalAddress() != null) {
            model.put("postalAddress", newsroom.postalAddress());
        }
        return new Letter.Content(to, locale, subject, "mail/notice", model);
    }
}
