package press.mainstay.mail;

import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.ConsentService;
import press.mainstay.supporter.SupporterService;

/// Addresses that are written to no more, or not about a list. Kept by hash, so that it outlives the person's row.
@Service
public class SuppressionService {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final SupporterService supporters;
    private final ConsentService consents;

    SuppressionService(JdbcClient jdbc, Clock clock, SupporterService supporters, ConsentService consents) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.supporters = supporters;
        this.consents = consents;
    }

    /// Why an address is written to no more.
    public enum Reason {
        /// Its owner left the list.
        UNSUBSCRIBED,
        /// Its owner called our mail spam.
        COMPLAINT,
        /// There is no such mailbox.
        HARD_BOUNCE,
        /// The mailbox was full or closed again and again.
        SOFT_BOUNCES;

        /// The word in the database: `hard_bounce`.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param list null: is it written to at all?
    /// @return empty if mail may go
    public Optional<Reason> stops(KeyedHash address, @Nullable MailList list) {
        return jdbc.sql("""
                        select reason from suppression where email_hash = :hash and stops in ('everything', :list)
                        order by stops = 'everything' desc limit 1
                        """)
                .param("hash", address.bytes())
                .param("list", list == null ? "everything" : list.word())
                .query(String.class)
                .optional()
                .map(word -> Reason.valueOf(word.toUpperCase(Locale.ROOT)));
    }

    /// A person leaves a list, or is taken off it. To do so twice is as good as once.
    @Transactional
    public void leave(UUID supporter, MailList list, Reason reason) {
        supporters.hash(supporter).ifPresent(hash -> {
            add(hash, list.word(), reason);
            consents.withdraw(supporter, list, reason == Reason.COMPLAINT ? "complaint" : "reader");
        });
    }

    /// The same of somebody whom we do not know.
    void leave(KeyedHash address, MailList list, Reason reason) {
        add(address, list.word(), reason);
    }

    /// Nothing can be delivered there.
    public void close(KeyedHash address, Reason reason) {
        add(address, "everything", reason);
    }

    /// The owner of the address has confirmed that they want to be on a list that they left. Complaints and closed
    /// mailboxes are for staff to lift.
    public void rejoin(KeyedHash address, MailList list) {
        jdbc.sql("""
                        delete from suppression where email_hash = :hash and stops = :list and reason = 'unsubscribed'
                        """).param("hash", address.bytes()).param("list", list.word()).update();
    }

    /// Staff have seen to it: mail may go there again. Lists that its owner left stay left, and who was taken off
    /// one has to sign up again.
    ///
    /// @return how many suppressions that lifted
    public int lift(KeyedHash address) {
        return jdbc.sql("delete from suppression where email_hash = :hash and reason <> 'unsubscribed'")
                .param("hash", address.bytes())
                .update();
    }

    private void add(KeyedHash address, String stops, Reason reason) {
        // leaving a list makes nothing of a complaint
        jdbc.sql("""
                        insert into suppression as s (email_hash, stops, reason, since)
                        values (:hash, :stops, :reason, :now)
                        on conflict (email_hash, stops) do update set reason = excluded.reason, since = excluded.since
                        where s.reason = 'unsubscribed' and excluded.reason <> 'unsubscribed'
                        """)
                .param("hash", address.bytes())
                .param("stops", stops)
                .param("reason", reason.word())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }
}
