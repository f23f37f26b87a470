package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

class ReceiptLetterTests {

    @Test
    void thePlainLetterSaysAllThatTheOtherSays() {
        assertThat(letter("receipt.txt", TemplateMode.TEXT, Locale.ENGLISH, Map.of()))
                .isEqualTo("""
                        Thank you for your support.

                        We have received your monthly payment. This letter is your receipt.

                        Amount: $5
                        How often: Monthly
                        Date: 23 November 2026
                        Reference: 7K2M-49QD

                        If something is wrong, answer this letter and name the reference.

                        R&D <Polynya>
                        """);
    }

    @Test
    void theLinkToChangeAGiftComesWhenThereIsOne() {
        var link = Map.<String, Object>of("manageLink", "https://support.example.org/a?b=1&c=2");

        assertThat(letter("receipt.txt", TemplateMode.TEXT, Locale.ENGLISH, link))
                .contains("7K2M-49QD\n\nChange or end your gift:\nhttps://support.example.org/a?b=1&c=2\n\nIf");
        assertThat(letter("receipt.html", TemplateMode.HTML, Locale.ENGLISH, link))
                .contains("href=\"https://support.example.org/a?b=1&amp;c=2\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void aLetterLoadsNothing(String language) {
        var letter = letter("receipt.html", TemplateMode.HTML, Locale.forLanguageTag(language), Map.of());

        assertThat(letter)
                .contains("<html lang=\"" + language + "\">", "7K2M-49QD", "R&amp;D &lt;Polynya&gt;")
                .doesNotContain("<img", "<link", "<script", "url(", "http://", "https://", "??");
    }

    @Test
    void russiansReadRussian() {
        assertThat(letter("receipt.txt", TemplateMode.TEXT, Locale.forLanguageTag("ru"), Map.of()))
                .contains("Мы получили ваш ежемесячный платёж.", "Сумма: 5\u00a0$", "Как часто: Ежемесячно");
    }

    private static String letter(String template, TemplateMode mode, Locale locale, Map<String, Object> more) {
        var texts = new ResourceBundleMessageSource();
        texts.setBasename("messages");
        texts.setDefaultEncoding("UTF-8");
        texts.setFallbackToSystemLocale(false);
        var files = new ClassLoaderTemplateResolver();
        files.setPrefix("templates/donation/mail/");
        files.setTemplateMode(mode);
        files.setCharacterEncoding("UTF-8");
        var engine = new SpringTemplateEngine();
        engine.setTemplateResolver(files);
        engine.setTemplateEngineMessageSource(texts);
        var model = new HashMap<>(more);
        model.put("newsroom", "R&D <Polynya>");
        model.put("amount", new Money(500, "usd").format(locale));
        model.put("frequency", Frequency.MONTHLY);
        model.put("date", "23 November 2026");
        model.put("reference", "7K2M-49QD");
        return engine.process(template, new Context(locale, model));
    }
}
