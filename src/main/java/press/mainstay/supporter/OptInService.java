package press.mainstay.supporter;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealed;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;

/// Double opt-in: an address counts as its owner's only when the link in our letter to it was followed. Until then
/// there is one row for an address and list, however often it is typed, and after 14 days there is none.
@Service
@Transactional
public class OptInService {

    static final String EMAIL = "opt_in.email";

    private static final Duration REMEMBERED = Duration.ofDays(14);

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Sealing sealing;
    private final SupporterService supporters;
    private final ConsentService consents;

    OptInService(JdbcClient jdbc, Clock clock, Sealing sealing, SupporterService supporters, ConsentService consents) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.sealing = sealing;
        this.supporters = supporters;
        this.consents = consents;
    }

    /// Takes down that the address wants to be on a list. The answer tells nothing of what is known of the address,
    /// and takes as long.
    ///
    /// @param source the form that was filled in, `[a-z0-9._-]{1,64}`
    /// @param words that stand beside the consent box
    /// @return the same for an address and list until it is confirmed or forgotten
    public UUID ask(MailList list, EmailAddress email, Locale locale, String source, String words) {
        var id = UUID.randomUUID();
        var textVersion = consents.keep(words, locale);
        // of one that is over, and not deleted yet, nobody would hear again
        jdbc.sql("delete from opt_in where list = :list and email_hash = :hash and asked_at <= :earliest")
                .param("list", list.word())
                .param("hash", supporters.hash(email).bytes())
                .param("earliest", earliest())
                .update();
        return jdbc.sql("""
                        insert into opt_in as o (id, list, email, email_hash, locale, source, text_version, asked_at)
                        values (:id, :list, :email, :hash, :locale, :source, :textVersion, :now)
                        on conflict (list, email_hash) do update set locale = excluded.locale
                        returning o.id
                        """)
                .param("id", id)
                .param("list", list.word())
                .param("email", sealing.seal(email.value(), EMAIL, id).bytes())
                .param("hash", supporters.hash(email).bytes())
                .param("locale", locale.toLanguageTag())
                .param("source", source)
                .param("textVersion", textVersion)
                .param("now", utc(clock.instant()))
                .query(UUID.class)
                .single();
    }

    /// @return empty once it is confirmed or forgotten
    public Optional<OptIn> find(UUID id) {
        return find(id, "select * from opt_in where id = :id and asked_at > :earliest");
    }

    private Optional<OptIn> find(UUID id, String sql) {
        return jdbc.sql(sql)
                .param("id", id)
                .param("earliest", earliest())
                .query((row, _) -> new OptIn(
                        id,
                        MailList.of(row.getString("list")),
                        new EmailAddress(sealing.open(new Sealed(row.getBytes("email")), EMAIL, id)),
                        new KeyedHash(row.getBytes("email_hash")),
                        Locale.forLanguageTag(row.getString("locale")),
                        row.getString("source"),
                        row.getString("text_version"),
                        row.getObject("asked_at", OffsetDateTime.class).toInstant()))
                .optional();
    }

    /// Its owner has followed the link: from now on they are known, and their consent holds. If it was confirmed or
    /// forgotten before, nothing happens.
    ///
    /// @param confirmed gets the person, before what hangs on the opt-in goes with it
    public void confirm(UUID id, Consumer<UUID> confirmed) {
        find(id, "select * from opt_in where id = :id and asked_at > :earliest for update")
                .ifPresent(optIn -> {
                    var person = supporters.withAddress(optIn.email(), optIn.locale(), clock.instant());
                    consents.give(person, optIn);
                    confirmed.accept(person);
                    jdbc.sql("delete from opt_in where id = :id")
                            .param("id", id)
                            .update();
                });
    }

    void forgetOld() {
        jdbc.sql("delete from opt_in where asked_at <= :earliest")
                .param("earliest", earliest())
                .update();
    }

    private OffsetDateTime earliest() {
        return utc(clock.instant().minus(REMEMBERED));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
