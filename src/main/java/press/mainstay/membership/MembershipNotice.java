package press.mainstay.membership;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;
import press.mainstay.mail.Letter.Content;
import press.mainstay.mail.Notice;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.Money;
import press.mainstay.supporter.PortalLinks;
import press.mainstay.supporter.Supporter;
import press.mainstay.supporter.SupporterService;

/// The form of all letters about a membership: some sentences, what it is about, and the way to Stripe's portal.
@Component
class MembershipNotice {

    private final SupporterService supporters;
    private final PortalLinks portal;
    private final Notice form;
    private final NewsroomProperties newsroom;
    private final MessageSource messages;

    MembershipNotice(
            SupporterService supporters,
            PortalLinks portal,
            Notice form,
            NewsroomProperties newsroom,
            MessageSource messages) {
        this.supporters = supporters;
        this.portal = portal;
        this.form = form;
        this.newsroom = newsroom;
        this.messages = messages;
    }

    /// What one letter says. Its texts are `notice.<kind>.<text>`, where `{0}` is the amount and `{1}` the date,
    /// and `….subject`, `….date` and `….link`; where there is a text `….again`, it leads to the support page.
    ///
    /// @param date what the row `….date` shows; null: there is no such row
    record Said(
            String kind,
            String text,
            Membership membership,
            Money amount,
            @Nullable Instant date,
            boolean again) {

        Said(String kind, String text, Membership membership, @Nullable Instant date) {
            this(kind, text, membership, membership.amount(), date, false);
        }
    }

    /// What a letter is about that goes once for each such day of a membership.
    static String about(String subscription, @Nullable Instant day) {
        return subscription + "@" + (day == null ? "" : day.getEpochSecond());
    }

    static String subscription(String about) {
        return about.substring(0, about.indexOf('@'));
    }

    /// @return empty if the person is not known any more
    Optional<Content> write(@Nullable UUID supporter, Said said) {
        return supporters.find(Objects.requireNonNull(supporter)).map(to -> write(to, said));
    }

    private Content write(Supporter to, Said said) {
        var locale = to.locale();
        var membership = said.membership();
        var notice = "notice." + said.kind() + ".";
        var amount = said.amount().format(locale);
        var date = said.date() == null ? "" : date(said.date(), locale);

        var facts = new LinkedHashMap<String, String>();
        facts.put(text("receipt.amount", locale), amount);
        facts.put(
                text("receipt.frequency", locale),
                text("frequency." + membership.frequency().word(), locale));
        if (said.date() != null) {
            facts.put(text(notice + "date", locale), date);
        }
        var links = new LinkedHashMap<String, URI>();
        if (said.again()) {
            links.put(text(notice + "again", locale), supportPage(membership, locale));
        }
        links.put(text(notice + "link", locale), portal.to(membership.customer(), locale));
        return form.write(
                to.email(),
                locale,
                text(notice + "subject", locale),
                text(notice + said.text(), locale, amount, date),
                facts,
                links);
    }

    private URI supportPage(Membership membership, Locale locale) {
        return UriComponentsBuilder.fromUri(newsroom.publicUrl())
                .path("/")
                .queryParam("frequency", membership.frequency().word())
                .queryParam("amount", membership.amount().major().toPlainString())
                .queryParam("currency", membership.amount().currency())
                .queryParam("lang", locale.toLanguageTag())
                .encode()
                .build()
                .toUri();
    }

    private String date(Instant instant, Locale locale) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(locale)
                .format(instant.atZone(newsroom.zone()));
    }

    private String text(String key, Locale locale, Object... arguments) {
        return messages.getMessage(key, arguments, locale);
    }
}
