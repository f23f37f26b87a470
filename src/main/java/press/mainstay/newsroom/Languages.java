package press.mainstay.newsroom;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.LocaleResolver;

/// The languages that pages and letters are written in: English, and each that has a `messages_….properties`. A
/// reader gets the one asked for by the parameter `lang`, else what the browser likes best. No cookie remembers it,
/// so that pages can be cached for all; links and forms carry `lang` on.
@Component("localeResolver")
public class Languages implements LocaleResolver {

    private final List<Locale> offered;

    Languages(NewsroomProperties newsroom) {
        var translated = new ArrayList<>(List.of(Locale.ENGLISH));
        translated.addAll(translations());
        var own = translated.stream()
                .filter(language -> newsroom.texts().containsKey(language.toLanguageTag()))
                .filter(language ->
                        newsroom.texts().get(language.toLanguageTag()).containsKey("appeal.headline"))
                .toList();
        offered = own.isEmpty() ? List.copyOf(translated) : own;
    }

    private static List<Locale> translations() {
        try {
            return Arrays.stream(
                            new PathMatchingResourcePatternResolver().getResources("classpath*:messages_*.properties"))
                    .map(file -> file.getFilename().replaceAll("^messages_|\\.properties$", ""))
                    .map(name -> Locale.forLanguageTag(name.replace('_', '-')))
                    .distinct()
                    .sorted(Comparator.comparing(Locale::toLanguageTag))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// At least one; the first is for readers whose browser names none of them.
    public List<Locale> offered() {
        return offered;
    }

    /// @param tag as a parameter or a database column has it, such as `ru`
    public Optional<Locale> find(@Nullable String tag) {
        return offered.stream()
                .filter(language -> language.toLanguageTag().equals(tag))
                .findFirst();
    }

    /// A language's name in itself: "English", "Русский".
    public static String name(Locale language) {
        var name = language.getDisplayLanguage(language);
        return name.substring(0, name.offsetByCodePoints(0, 1)).toUpperCase(language)
                + name.substring(name.offsetByCodePoints(0, 1));
    }

    /// The attribute `dir` of a page in this language.
    public static String direction(Locale language) {
        return switch (language.getLanguage()) {
            case "ar", "fa", "he", "iw", "ps", "ug", "ur", "yi" -> "rtl";
            default -> "ltr";
        };
    }

    @Override
    public Locale resolveLocale(HttpServletRequest request) {
        return find(request.getParameter("lang")).orElseGet(() -> best(request.getHeader("Accept-Language")));
    }

    private Locale best(@Nullable String accepted) {
        try {
            var best = accepted == null ? null : Locale.lookup(LanguageRange.parse(accepted), offered);
            return best == null ? offered.getFirst() : best;
        } catch (IllegalArgumentException _) {
            return offered.getFirst(); // not a header that a browser sends
        }
    }

    @Override
    public void setLocale(HttpServletRequest request, @Nullable HttpServletResponse response, @Nullable Locale locale) {
        throw new UnsupportedOperationException("A link with the parameter lang changes the language");
    }
}
