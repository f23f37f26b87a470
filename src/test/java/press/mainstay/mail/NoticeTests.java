package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
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

class NoticeTests {

    private static final URI LINK = URI.create("https://support.example.org/a?b=1&c=2");

    @Test
    void thePlainLetterSaysAllThatTheOtherSays() {
        assertThat(letter(
                        "notice.txt",
                        TemplateMode.TEXT,
                        Locale.ENGLISH,
                        List.of(Map.entry("Begin anew", LINK), Map.entry("See <all>", LINK))))
                .isEqualTo("""
                        Hello,

                        The payment of $5 failed.

                        Nothing else happened.

                        Amount: $5
                        Next try: 23 November 2026

                        Begin anew:
                        https://support.example.org/a?b=1&c=2

                        See <all>:
                        https://support.example.org/a?b=1&c=2

                        If something is wrong, answer this letter.

                        R&D <Polynya>
                        """);
    }

    @Test
    void aLetterNeedsNoLink() {
        assertThat(letter("notice.txt", TemplateMode.TEXT, Locale.ENGLISH, List.of()))
                .endsWith("""
                        Next try: 23 November 2026

                        If something is wrong, answer this letter.

                        R&D <Polynya>
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void aLetterLoadsNothing(String language) {
        var letter = letter(
                "notice.html",
                TemplateMode.HTML,
                Locale.forLanguageTag(language),
                List.of(Map.entry("See <all>", LINK)));

        assertThat(letter)
                .contains("<html lang=\"" + language + "\">", "<title>A payment</title>", "R&amp;D &lt;Polynya&gt;")
                .contains("Nothing else happened.</p>", "href=\"https://support.example.org/a?b=1&amp;c=2\"")
                .contains("See &lt;all&gt;</a>", "23 November 2026</td>")
                .doesNotContain("<img", "<link", "<script", "url(", "http://", "??");
    }

    private static String letter(
            String template, TemplateMode mode, Locale locale, List<Map.Entry<String, URI>> links) {
        var texts = new ResourceBundleMessageSource();
        texts.setBasename("messages");
        texts.setDefaultEncoding("UTF-8");
        texts.setFallbackToSystemLocale(false);
        var files = new ClassLoaderTemplateResolver();
        files.setPrefix("templates/mail/");
        files.setTemplateMode(mode);
        files.setCharacterEncoding("UTF-8");
        var engine = new SpringTemplateEngine();
        engine.setTemplateResolver(files);
        engine.setTemplateEngineMessageSource(texts);
        return engine.process(
                template,
                new Context(
                        locale,
                        Map.of(
                                "newsroom",
                                "R&D <Polynya>",
                                "subject",
                                "A payment",
                                "paragraphs",
                                List.of("The payment of $5 failed.", "Nothing else happened."),
                                "facts",
                                List.of(Map.entry("Amount", "$5"), Map.entry("Next try", "23 November 2026")),
                                "links",
                                links)));
    }
}
