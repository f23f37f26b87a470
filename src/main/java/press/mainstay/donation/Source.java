package press.mainstay.donation;

import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a reader came from. What is no such thing is dropped, never an error: the links are typed by editors, cut
/// by mail programs and played with by strangers, and none of that is a reason to refuse a gift.
///
/// @param campaign `[a-z0-9._-]{1,64}`
/// @param component what was clicked, of the same form, such as `article-box`
/// @param article the path of an article on the newsroom's site, without host, query or fragment
/// @param reminder the reminder whose letter led here, by our id
public record Source(
        @Nullable String campaign,
        @Nullable String component,
        @Nullable String article,
        @Nullable UUID reminder) {

    private static final Pattern WORD = Pattern.compile("[a-z0-9._-]{1,64}");
    private static final Pattern PATH = Pattern.compile("/(?![/\\\\])[\\p{L}\\p{M}\\p{N}/._~%!$&'()*+,;=:@-]{0,299}");

    public Source {
        campaign = kept(campaign, WORD);
        component = kept(component, WORD);
        article = kept(article, PATH);
    }

    /// @param parameters of a link or form
    public static Source of(Map<String, String> parameters) {
        return new Source(
                parameters.get("campaign"),
                parameters.get("component"),
                parameters.get("article"),
                uuid(parameters.get("reminder")));
    }

    static @Nullable UUID uuid(@Nullable String text) {
        try {
            return text == null || text.length() != 36 ? null : UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static @Nullable String kept(@Nullable String text, Pattern form) {
        return text != null && form.matcher(text).matches() ? text : null;
    }
}
