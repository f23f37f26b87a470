package press.mainstay.newsroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

class MessagesTests {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\d+}");
    private static final Map<String, String> ENGLISH = bundle("messages.properties");
    private static final Map<String, String> RUSSIAN = bundle("messages_ru.properties");

    @Test
    void bothLanguagesSayTheSameThings() {
        assertThat(RUSSIAN.keySet()).isEqualTo(ENGLISH.keySet());
    }

    @Test
    void bothLanguagesFillInTheSamePlaces() {
        ENGLISH.forEach((key, text) ->
                assertThat(placeholders(RUSSIAN.get(key))).as(key).isEqualTo(placeholders(text)));
    }

    @Test
    void noTextIsForgottenOrLeftInEnglish() {
        assertThat(ENGLISH.values()).noneMatch(String::isBlank);
        RUSSIAN.forEach((key, text) -> {
            if (!key.startsWith("method.")) {
                assertThat(text).as(key).containsPattern("[а-яё]");
            }
        });
    }

    @Test
    void noApostropheQuotesAPlaceholder() {
        assertThat(ENGLISH.values()).noneMatch(text -> text.contains("'"));
        assertThat(RUSSIAN.values()).noneMatch(text -> text.contains("'"));
    }

    /// A promise that no membership service can keep.
    @Test
    void nobodyIsToldToBeAnonymousOrSafe() {
        assertThat(ENGLISH.values())
                .noneMatch(text -> Pattern.compile("(?i)anonym|\\bsafe|secure")
                        .matcher(text)
                        .find());
        assertThat(RUSSIAN.values())
                .noneMatch(text ->
                        Pattern.compile("(?iu)аноним|безопас").matcher(text).find());
    }

    @Test
    void russianNeedsNoFormThatDependsOnANumber() {
        var russian = Locale.forLanguageTag("ru");
        for (var frequency : Frequency.values()) {
            var sentence = RUSSIAN.get("give.sentence." + frequency.word());
            assertThat(sentence.replace("{0}", new Money(200, "usd").format(russian)))
                    .startsWith("Вы жертвуете 2\u00a0$ ")
                    .endsWith(".");
        }
    }

    /// A lock screen shows it.
    @Test
    void theSubjectOfALetterNamesNobody() {
        assertThat(ENGLISH.get("receipt.subject")).isEqualTo("Your receipt");
        assertThat(RUSSIAN.get("receipt.subject")).isEqualTo("Ваша квитанция");
        for (var texts : List.of(ENGLISH, RUSSIAN)) {
            texts.forEach((key, text) -> {
                if (key.endsWith(".subject")) {
                    assertThat(text)
                            .as(key)
                            .doesNotContainPattern("(?iu)\\{|gift|donat|support|journal|поддерж|пожертв");
                }
            });
        }
    }

    private static TreeSet<String> placeholders(String text) {
        var found = new TreeSet<String>();
        PLACEHOLDER.matcher(text).results().forEach(match -> found.add(match.group()));
        return found;
    }

    private static Map<String, String> bundle(String name) {
        var texts = new Properties();
        try (var file = MessagesTests.class.getClassLoader().getResourceAsStream(name)) {
            texts.load(new InputStreamReader(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var sorted = new TreeMap<String, String>();
        texts.stringPropertyNames().forEach(key -> sorted.put(key, texts.getProperty(key)));
        return sorted;
    }
}
