package press.mainstay.supporter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.shared.MailList;

/// What people agreed to, kept as proof: the words, the time, the place, and when they took it back.
@Service
public class ConsentService {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final ApplicationEventPublisher events;

    ConsentService(JdbcClient jdbc, Clock clock, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.events = events;
    }

    /// @return names the words, the same for the same words in the same language
    String keep(String words, Locale locale) {
        var version = version(locale.toLanguageTag() + '\0' + words);
        jdbc.sql("""
                        insert into consent_text (version, locale, words, first_used_at)
                        values (:version, :locale, :words, :now)
                        on conflict (version) do nothing
                        """)
                .param("version", version)
                .param("locale", locale.toLanguageTag())
                .param("words", words)
                .param("now", now())
                .update();
        return version;
    }

    private static String version(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Where a consent holds already, that one stays.
    void give(UUID supporter, OptIn optIn) {
        jdbc.sql("""
                        insert into consent (id, supporter, list, text_version, source, locale, asked_at, confirmed_at)
                        values (:id, :supporter, :list, :textVersion, :source, :locale, :askedAt, :now)
                        on conflict (supporter, list) where withdrawn_at is null do nothing
                        """)
                .param("id", UUID.randomUUID())
                .param("supporter", supporter)
                .param("list", optIn.list().word())
                .param("textVersion", optIn.textVersion())
                .param("source", optIn.source())
                .param("locale", optIn.locale().toLanguageTag())
                .param("askedAt", optIn.askedAt().atOffset(ZoneOffset.UTC))
                .param("now", now())
                .update();
    }

    /// Publishes [ConsentWithdrawn] within the caller's transaction, if there was a consent.
    ///
    /// @param by `reader`, `complaint`, or `expired`: nothing came of it for long
    public void withdraw(UUID supporter, MailList list, String by) {
        var withdrawn = jdbc.sql("""
                        update consent set withdrawn_at = :now, withdrawn_by = :by
                        where supporter = :supporter and list = :list and withdrawn_at is null
                        """)
                .param("supporter", supporter)
                .param("list", list.word())
                .param("by", by)
                .param("now", now())
                .update();
        if (withdrawn > 0) {
            events.publishEvent(new ConsentWithdrawn(supporter, list));
        }
    }

    public boolean holds(UUID supporter, MailList list) {
        return jdbc.sql("""
                        select exists (select from consent
                            where supporter = :supporter and list = :list and withdrawn_at is null)
                        """)
                .param("supporter", supporter)
                .param("list", list.word())
                .query(Boolean.class)
                .single();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
