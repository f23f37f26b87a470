package press.mainstay.newsroom;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.ResourceBundle;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.springframework.context.support.StaticMessageSource;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;

@Configuration(proxyBeanMethods = false)
class NewsroomConfiguration {

    /// The bundles, with the newsroom's own words before them.
    @Bean
    static MessageSource messageSource(NewsroomProperties newsroom) {
        var bundles = new ResourceBundleMessageSource();
        bundles.setBasenames("messages", "errors");
        bundles.setDefaultEncoding(StandardCharsets.UTF_8.name());
        bundles.setFallbackToSystemLocale(false);

        var own = new StaticMessageSource();
        own.setParentMessageSource(bundles);
        var known = ResourceBundle.getBundle("messages", Locale.ROOT).keySet();
        newsroom.texts().forEach((language, texts) -> {
            var words = new HashMap<>(texts);
            for (var key : texts.keySet()) {
                if (!known.contains(key)) {
                    throw new IllegalArgumentException(
                            "mainstay.newsroom.texts.%s.%s is no text of ours; messages.properties lists them all"
                                    .formatted(language, key));
                }
            }
            if (texts.containsKey("appeal.headline")) {
                known.stream().filter(key -> key.startsWith("appeal.")).forEach(key -> words.putIfAbsent(key, ""));
            }
            own.addMessages(words, Locale.forLanguageTag(language));
        });
        return own;
    }

    /// What the frame of every page prints, error pages too, whichever controller shows it.
    @Autowired
    void frame(ThymeleafViewResolver pages, NewsroomProperties newsroom, Languages languages, ThemeController theme) {
        pages.addStaticVariable("newsroom", newsroom);
        pages.addStaticVariable("languages", languages);
        pages.addStaticVariable("theme", theme.version());
    }
}
