package press.mainstay.supporter;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
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

    /// What was agreed to.
    ///
    /// @param textVersion names the words
    /// @param source the form they stood on
    record Given(String textVersion, String source, Locale locale, Instant askedAt) {}

    /// Where a consent holds already, that one stays.
    void give(UUID supporter, MailList list, Given given) {
        jdbc.sql("""
                        insert into consent (id, supporter, list, text_version, source, locale, asked_at, confirmed_at)
                        values (:id, :supporter, :list, :textVersion, :source, :locale, :askedAt, :now)
                        on conflict (supporter, list) where withdrawn_at is null do nothing
                        """)
                .param("id", UUID.randomUUID())
                .param("supporter", supporter)
                .param("list", list.word())
                .param("textVersion", given.textVersion())
                .param("source", given.source())
                .param("locale", given.locale().toLanguageTag())
                .param("askedAt", given.askedAt().atOffset(ZoneOffset.UTC))
                .param("now", now())
                .update();
    }

    /// Publishes [ConsentWithdrawn] within the caller's transaction, if there was a consent.
    ///
    /// @param by `reader`, `complaint` or `staff`
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
