package press.mainstay.newsroom;

import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.io.Resource;
import org.springframework.validation.annotation.Validated;
import org.springframework.web.util.UriComponentsBuilder;
import press.mainstay.shared.EmailAddress;

/// Who the newsroom is to its readers.
///
/// @param name as readers know it
/// @param publicUrl where readers reach this service; links in letters and the way back from Stripe start here
/// @param website where its articles are: readers who have given go on from there; left out if absent
/// @param zone decides months, Fridays and the dates on pages
/// @param accent the one colour of buttons and links by day; by night it is lightened until it reads well
/// @param logo an SVG picture, about as high as it is wide
/// @param privacyPolicy linked at the foot of each page; left out if absent
/// @param postalAddress stands beneath letters other than receipts, as many countries ask of those that belong to a
///     list
/// @param sender who letters come from; discreet by default, since a lock screen shows it
/// @param texts a newsroom's own words by language and key of the message bundles: `texts.en.appeal.headline`. A
///     language with an `appeal.headline` of its own has the whole appeal from here, and where there is one, pages
///     are offered in these languages only.
@Validated
@ConfigurationProperties("mainstay.newsroom")
public record NewsroomProperties(
        @NotBlank String name,
        URI publicUrl,
        @Nullable URI website,
        ZoneId zone,
        Colour accent,
        Resource logo,
        @Nullable URI privacyPolicy,
        @Nullable String postalAddress,
        Sender sender,
        Map<String, Map<String, String>> texts) {

    /// @param address `post@` and the host of `publicUrl` if absent
    public record Sender(String name, EmailAddress address) {}

    /// A page of ours, in a language.
    ///
    /// @param path its segments, not yet encoded
    public URI page(Locale locale, String... path) {
        return UriComponentsBuilder.fromUri(publicUrl)
                .pathSegment(path)
                .queryParam("lang", locale.toLanguageTag())
                .encode()
                .build()
                .toUri();
    }

    public NewsroomProperties {
        if (publicUrl == null
                || publicUrl.getHost() == null
                || !publicUrl.getScheme().startsWith("http")) {
            throw new IllegalArgumentException(
                    "Set MAINSTAY_PUBLIC_URL to the address at which readers reach this service, such as"
                            + " https://support.example.org");
        }
        if (accent.contrast(Colour.DAY) < Colour.READABLE) {
            throw new IllegalArgumentException(
                    "White text on mainstay.newsroom.accent %s has a contrast of %.1f:1; choose a darker colour, with %s:1 or more"
                            .formatted(accent, accent.contrast(Colour.DAY), Colour.READABLE));
        }
        if (!logo.isReadable()) {
            throw new IllegalArgumentException(
                    "mainstay.newsroom.logo cannot be read: %s; name an SVG as file:/path/logo.svg"
                            .formatted(logo.getDescription()));
        }
        if (sender == null || sender.address() == null) {
            sender = new Sender(sender == null ? name : sender.name(), new EmailAddress("post@" + publicUrl.getHost()));
        }
        texts = texts == null ? Map.of() : Map.copyOf(texts);
    }
}
