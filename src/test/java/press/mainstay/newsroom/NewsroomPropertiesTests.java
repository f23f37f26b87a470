package press.mainstay.newsroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.web.MockHttpServletRequest;

class NewsroomPropertiesTests {

    @Test
    void sendsLettersFromItsOwnHost() {
        var newsroom = newsroom(Map.of("sender.name", "Reader service"));

        assertThat(newsroom.sender().name()).isEqualTo("Reader service");
        assertThat(newsroom.sender().address().value()).isEqualTo("post@support.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "support.example.org", "ftp://example.org"})
    void refusesToStartWithoutItsAddress(String url) {
        refuses(
                Map.of("public-url", url),
                "Set MAINSTAY_PUBLIC_URL to the address at which readers reach this service");
    }

    @Test
    void refusesAnAccentThatTextCannotBeReadOn() {
        refuses(Map.of("accent", "#ffcc00"), "White text on mainstay.newsroom.accent #ffcc00 has a contrast of 1.5:1");
        refuses(Map.of("accent", "teal"), "Write a colour as #rrggbb, not as teal");
    }

    @Test
    void refusesALogoThatIsNotThere() {
        refuses(Map.of("logo", "file:/nowhere/logo.svg"), "mainstay.newsroom.logo cannot be read");
    }

    @Test
    void measuresContrastAsWcagDoes() {
        assertThat(Colour.of("#000000").contrast(Colour.of("#ffffff"))).isEqualTo(21, within(0.01));
        assertThat(Colour.of("#767676").contrast(Colour.of("#ffffff"))).isEqualTo(4.54, within(0.01));
        assertThat(Colour.of("#ffffff").contrast(Colour.of("#ffffff"))).isEqualTo(1, within(0.01));
    }

    @ParameterizedTest
    @ValueSource(strings = {"#0b5a6f", "#000000", "#8b0000", "#00007f", "#1a6b1a", "#5b2a86"})
    void everyAccentReadsWellByNight(String accent) {
        assertThat(Colour.of(accent).atNight().contrast(Colour.NIGHT)).isGreaterThanOrEqualTo(7);
    }

    @Test
    void offersALanguageForEachFile() {
        assertThat(new Languages(newsroom(Map.of())).offered())
                .containsExactly(Locale.ENGLISH, Locale.forLanguageTag("ru"));
    }

    @Test
    void offersOnlyLanguagesThatTheNewsroomWroteItsAppealIn() {
        var newsroom = newsroom(Map.of("texts.ru.appeal.headline", "Заголовок"));

        assertThat(new Languages(newsroom).offered()).containsExactly(Locale.forLanguageTag("ru"));
    }

    @Test
    void ownWordsReplaceOursAndAnAppealIsReplacedWhole() {
        var texts = NewsroomConfiguration.messageSource(
                newsroom(Map.of("texts.en.appeal.headline", "Ours", "texts.en.receipt.subject", "A note to you")));

        assertThat(texts.getMessage("appeal.headline", null, Locale.ENGLISH)).isEqualTo("Ours");
        assertThat(texts.getMessage("appeal.body", null, Locale.ENGLISH)).isEmpty();
        assertThat(texts.getMessage("receipt.subject", null, Locale.ENGLISH)).isEqualTo("A note to you");
        assertThat(texts.getMessage("receipt.subject", null, Locale.forLanguageTag("ru")))
                .isEqualTo("Ваша квитанция");
    }

    @Test
    void refusesAWordForNothing() {
        var newsroom = newsroom(Map.of("texts.en.appeal.headlin", "Typo"));

        assertThatThrownBy(() -> NewsroomConfiguration.messageSource(newsroom))
                .hasMessageContaining("mainstay.newsroom.texts.en.appeal.headlin is no text of ours");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ru", "ru-RU", "de, ru;q=0.5", "fr-CH,ru-UA;q=0.9,en;q=0.1"})
    void answersInTheReadersLanguage(String accepted) {
        assertThat(resolved(accepted, null)).isEqualTo(Locale.forLanguageTag("ru"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "*", "en-GB,ru;q=0.5", "!!!", "ru;q=x"})
    void answersInEnglishOtherwise(String accepted) {
        assertThat(resolved(accepted, null)).isEqualTo(Locale.ENGLISH);
        assertThat(resolved(accepted, "xx")).isEqualTo(Locale.ENGLISH);
    }

    @Test
    void theSwitchOverridesTheBrowser() {
        assertThat(resolved("en", "ru")).isEqualTo(Locale.forLanguageTag("ru"));
    }

    private static Locale resolved(String accepted, String lang) {
        var request = new MockHttpServletRequest();
        request.addHeader("Accept-Language", accepted);
        if (lang != null) {
            request.setParameter("lang", lang);
        }
        return new Languages(newsroom(Map.of())).resolveLocale(request);
    }

    private static void refuses(Map<String, String> settings, String sentence) {
        assertThatThrownBy(() -> newsroom(settings)).rootCause().hasMessageContaining(sentence);
    }

    private static NewsroomProperties newsroom(Map<String, String> own) {
        var settings = new HashMap<>(Map.of(
                "mainstay.newsroom.name", "Polynya",
                "mainstay.newsroom.public-url", "https://support.example.org",
                "mainstay.newsroom.zone", "Europe/Riga",
                "mainstay.newsroom.accent", "#0b5a6f",
                "mainstay.newsroom.logo", "classpath:newsroom/mark.svg"));
        own.forEach((name, value) -> settings.put("mainstay.newsroom." + name, value));
        return new Binder(new MapConfigurationPropertySource(settings))
                .bind("mainstay.newsroom", NewsroomProperties.class)
                .get();
    }
}
