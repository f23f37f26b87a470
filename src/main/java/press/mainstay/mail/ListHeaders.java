package press.mainstay.mail;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.MailList;

/// The headers of a mail that belongs to a list: mail programs show them as a button to leave it.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8058">RFC 8058: one-click unsubscribing</a>
/// @see <a href="https://www.rfc-editor.org/rfc/rfc2919">RFC 2919: List-Id</a>
@Component
class ListHeaders {

    private final UnsubscribeLinks links;
    private final UnsubscribeAddresses addresses;
    private final String host;

    ListHeaders(UnsubscribeLinks links, UnsubscribeAddresses addresses, NewsroomProperties newsroom) {
        this.links = links;
        this.addresses = addresses;
        this.host = newsroom.publicUrl().getHost();
    }

    /// @param kind of letter, for the receiving side's statistics
    Map<String, String> of(MailList list, String kind, UUID supporter, Locale locale) {
        return of(
                list,
                kind,
                links.to(supporter, list, locale).toString(),
                addresses.to(supporter, list).orElse(null));
    }

    /// With gaps for what is a reader's own.
    Map<String, String> ofMailing(MailList list, String kind) {
        return of(list, kind, Mailing.UNSUBSCRIBE_LINK, addresses.areRead() ? Mailing.UNSUBSCRIBE_ADDRESS : null);
    }

    private Map<String, String> of(MailList list, String kind, String link, @Nullable String address) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("List-Id", "<" + list.word() + "." + host + ">");
        headers.put(
                "List-Unsubscribe",
                "<" + link + ">" + (address == null ? "" : ", <mailto:" + address + "?subject=unsubscribe>"));
        headers.put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        headers.put("Precedence", "bulk");
        headers.put("Feedback-ID", kind + ":" + list.word() + ":" + host);
        return headers;
    }
}
