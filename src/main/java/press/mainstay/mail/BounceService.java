package press.mainstay.mail;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.SupporterService;

/// Books what came back, and stops mail where that follows: one rule, whoever told.
///
/// - hard: the mailbox is written to no more.
/// - soft: the third in 30 days, on two days at least, is as good as hard. A mail that got through since makes all
///   earlier ones forgotten.
/// - complaint: the person is taken off both lists; receipts go on.
/// - policy: counted. It is ours to mend.
@Service
class BounceService {

    private static final Logger log = LoggerFactory.getLogger(BounceService.class);

    private static final Duration REMEMBERED = Duration.ofDays(30);
    private static final int SOFT_AND_HARD_ENOUGH = 3;
    private static final int DAYS = 2;

    /// A mail is looked for by its Message-ID among the last ones to its recipient.
    private static final int LOOKED_THROUGH = 200;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final SuppressionService suppressions;
    private final SupporterService supporters;
    private final MailIds ids;
    private final MeterRegistry meters;

    BounceService(
            JdbcClient jdbc,
            Clock clock,
            TransactionTemplate transaction,
            SuppressionService suppressions,
            SupporterService supporters,
            MailIds ids,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.transaction = transaction;
        this.suppressions = suppressions;
        this.supporters = supporters;
        this.ids = ids;
        this.meters = meters;
    }

    /// Who told of it: the mail server that we hand over to, a mail in the bounce mailbox, a provider's webhook.
    enum Source {
        SMTP,
        MAILBOX,
        PROVIDER;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum Taken {
        NEW,
        /// We were told before.
        KNOWN,
        /// It names no mail of ours, or one whose recipient is known no more.
        NOT_OURS
    }

    private record Recipient(@Nullable UUID supporter, byte[] emailHash) {

        KeyedHash address() {
            return new KeyedHash(emailHash);
        }
    }

    /// Believes a notice only if it names a mail of ours in a way that needs our keys.
    Taken take(BounceNotice notice, Source source) {
        return mail(notice)
                .map(mail -> take(mail, notice.kind(), notice.code(), source, notice.at()))
                .orElse(Taken.NOT_OURS);
    }

    /// In the caller's transaction, if there is one.
    ///
    /// @param mail a mail of ours, for certain
    /// @param at as told; now if not told or not to be believed
    Taken take(UUID mail, BounceKind kind, @Nullable DeliveryCode code, Source source, @Nullable Instant at) {
        return Objects.requireNonNull(transaction.execute(_ -> recipient(mail)
                .map(recipient -> {
                    if (!book(mail, kind, code, source, happened(at), recipient)) {
                        return Taken.KNOWN;
                    }
                    follow(kind, recipient);
                    meters.counter("mainstay.mail.bounces", "kind", kind.word(), "source", source.word())
                            .increment();
                    log.info(
                            "Mail {} came back: {} {}, told by {}",
                            mail,
                            kind.word(),
                            code == null ? "without a code" : code.value(),
                            source.word());
                    return Taken.NEW;
                })
                .orElse(Taken.NOT_OURS)));
    }

    private void follow(BounceKind kind, Recipient recipient) {
        switch (kind) {
            case HARD -> suppressions.close(recipient.address(), Reason.HARD_BOUNCE);
            case SOFT -> {
                if (isClosedForLong(recipient)) {
                    suppressions.close(recipient.address(), Reason.SOFT_BOUNCES);
                }
            }
            case COMPLAINT -> {
                for (var list : MailList.values()) {
                    if (recipient.supporter() == null) {
                        suppressions.leave(recipient.address(), list, Reason.COMPLAINT);
                    } else {
                        suppressions.leave(recipient.supporter(), list, Reason.COMPLAINT);
                    }
                }
            }
            case POLICY -> {
                // counted
            }
        }
    }

    /// No two rows are of one mail: the table sees to that.
    private boolean isClosedForLong(Recipient recipient) {
        return jdbc.sql("""
                        select count(*) >= :many and count(distinct (happened_at at time zone 'UTC')::date) >= :days
                        from bounce b where email_hash = :hash and kind = 'soft' and happened_at > :since
                            and not exists (
                                select from mail m join supporter s on s.id = m.supporter
                                where s.email_hash = :hash and m.sent_at > b.happened_at and not exists (
                                    select from bounce x where x.mail = m.id and x.kind <> 'complaint'))
                        """)
                .param("many", SOFT_AND_HARD_ENOUGH)
                .param("days", DAYS)
                .param("hash", recipient.emailHash())
                .param("since", utc(clock.instant().minus(REMEMBERED)))
                .query(Boolean.class)
                .single();
    }

    private boolean book(
            UUID mail,
            BounceKind kind,
            @Nullable DeliveryCode code,
            Source source,
            Instant happenedAt,
            Recipient recipient) {
        return jdbc.sql("""
                        insert into bounce (mail, kind, code, source, email_hash, happened_at, booked_at)
                        values (:mail, :kind, :code, :source, :hash, :happenedAt, :now)
                        on conflict (mail, kind) do nothing
                        """)
                        .param("mail", mail)
                        .param("kind", kind.word())
                        .param("code", code == null ? null : code.value())
                        .param("source", source.word())
                        .param("hash", recipient.emailHash())
                        .param("happenedAt", utc(happenedAt))
                        .param("now", utc(clock.instant()))
                        .update()
                == 1;
    }

    /// A letter that asks to confirm an address goes to one whom we do not know yet, or whom we know without showing.
    private Optional<Recipient> recipient(UUID mail) {
        return jdbc.sql("""
                        select s.id as supporter, s.email_hash from mail m join supporter s on s.id = m.supporter
                        where m.id = :mail
                        union all
                        select s.id as supporter, o.email_hash
                        from letter l
                            join opt_in o on o.id = case when l.kind like '%confirmation' then l.about::uuid end
                            left join supporter s on s.email_hash = o.email_hash
                        where l.id = :mail and l.supporter is null
                        """).param("mail", mail).query(Recipient.class).optional();
    }

    private Optional<UUID> mail(BounceNotice notice) {
        return notice.envelopes().stream()
                .flatMap(address -> ids.mail(address.value()).stream())
                .findFirst()
                .or(() -> notice.messageIds().stream()
                        .flatMap(id -> notice.recipients().stream().flatMap(recipient -> mail(id, recipient).stream()))
                        .findFirst());
    }

    /// A Message-ID does not lead to its mail, but the mail to its Message-ID.
    private Optional<UUID> mail(String messageId, EmailAddress recipient) {
        var bare = bare(messageId);
        return jdbc
                .sql("""
                        select m.id from mail m join supporter s on s.id = m.supporter
                        where s.email_hash = :hash and m.sent_at is not null
                        order by m.sent_at desc limit :most
                        """)
                .param("hash", supporters.hash(recipient).bytes())
                .param("most", LOOKED_THROUGH)
                .query(UUID.class)
                .list()
                .stream()
                .filter(mail -> bare(ids.messageId(mail)).equals(bare))
                .findFirst();
    }

    private static String bare(String messageId) {
        var id = messageId.strip();
        return (id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id)
                .toLowerCase(Locale.ROOT);
    }

    private Instant happened(@Nullable Instant told) {
        var now = clock.instant();
        return told == null || told.isAfter(now) || told.isBefore(now.minus(REMEMBERED)) ? now : told;
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
