package press.mainstay.donation;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// Links that open the support page as a reader left it, and the reading of what they carry.
@Component
public class SupportLinks {

    private final DonationProperties settings;
    private final NewsroomProperties newsroom;

    SupportLinks(DonationProperties settings, NewsroomProperties newsroom) {
        this.settings = settings;
        this.newsroom = newsroom;
    }

    /// @param parameters of a link, or the fields of a form of the same names
    /// @return what of it can be had: amounts and currencies change over the months
    public Choice read(Map<String, String> parameters) {
        var page = SupportPage.preselected(parameters, settings);
        return page.known() && page.amount() instanceof Amount.Accepted(var amount)
                ? new Choice(page.frequency(), amount, page.source())
                : new Choice(null, null, page.source());
    }

    /// @param locale of the page
    public URI to(Choice choice, Locale locale) {
        var source = choice.source();
        var amount = Optional.ofNullable(choice.amount());
        return UriComponentsBuilder.fromUri(newsroom.publicUrl())
                .path("/")
                .queryParamIfPresent(
                        "frequency", Optional.ofNullable(choice.frequency()).map(Frequency::word))
                .queryParamIfPresent("amount", amount.map(SupportPage::plain))
                .queryParamIfPresent("currency", amount.map(Money::currency))
                .queryParamIfPresent("campaign", Optional.ofNullable(source.campaign()))
                .queryParamIfPresent("component", Optional.ofNullable(source.component()))
                .queryParamIfPresent("article", Optional.ofNullable(source.article()))
                .queryParamIfPresent("reminder", Optional.ofNullable(source.reminder()))
                .queryParam("lang", locale.toLanguageTag())
                .encode()
                .build()
                .toUri();
    }
}
