package press.mainstay.mail;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.shared.Backoff;
import press.mainstay.shared.ErrorCode;
import press.mainstay.supporter.SupporterService;

/// Keeps the promises of letters: each is sent at most once, with one exception. A letter whose hand-over is in
/// doubt (the mail server had it all and did not answer, or we died meanwhile) is repeated once under the same
/// Message-ID.
@Service
class DeliveryService {

    private static final Logger log = LoggerFactory.getLogger(DeliveryService.class);

    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(5), Duration.ofHours(1));

    /// While the relay lets nothing pass. `Relay` sees to it that it is not asked too often.
    private static final Backoff RELAY_BACKOFF = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(2));

    private final JdbcClient jdbc;
    private final Clock clock;
    private final LetterSender sender;
    private final SuppressionService suppressions;
    private final BounceService bounces;
    private final SupporterService supporters;
    private final ListHeaders listHeaders;
    private final TransactionTemplate transaction;
    private final ApplicationEventPublisher events;
    private final Map<String, Letter> kinds;

    DeliveryService(
            JdbcClient jdbc,
            Clock clock,
            LetterSender sender,
            SuppressionService suppressions,
            BounceService bounces,
            SupporterService supporters,
            ListHeaders listHeaders,
            TransactionTemplate transaction,
            ApplicationEventPublisher events,
            List<Letter> kinds) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.sender = sender;
        this.suppressions = suppressions;
        this.bounces = bounces;
        this.supporters = supporters;
        this.listHeaders = listHeaders;
        this.transaction = transaction;
        this.events = events;
        this.kinds = kinds.stream().collect(Collectors.toMap(Letter::kind, Function.identity()));
    }

    /// Sends the letter that is due the longest. The row says so before the mail server hears of it, and no
    /// connection to the database is held meanwhile.
    ///
    /// @return whether there was one
    boolean sendNext() {
        var claimed = transaction.execute(_ -> claim());
        claimed.filter(letter -> letter.status().equals("sending")).ifPresent(this::send);
        if (claimed.isEmpty()) {
            sender.pause();
        }
        return claimed.isPresent();
    }

    private Optional<Claimed> claim() {
        var claimed = jdbc.sql("""
                        update letter set attempts = attempts + 1, next_try_at = :leaseEnd,
                            status = case
                                when status = 'waiting' and doubts = 0 and send_before <= :now then 'late'
                                when send_before <= :now or status = 'sending' and doubts = 1 then 'in_doubt'
                                else 'sending' end,
                            doubts = doubts + case when status = 'sending' then 1 else 0 end
                        where id = (
                            select id from letter where status in ('waiting', 'sending') and next_try_at <= :machineNow
                                and (supporter is not null or customer is null or send_before <= :now)
                                and (not :relayRests or send_before <= :now)
                            order by next_try_at limit 1 for update skip locked)
                        returning id, kind, about, supporter, status, attempts, doubts, relay_faults
                        """)
                .param("machineNow", machineNow())
                .param("leaseEnd", machineNow().plus(sender.longest()))
                .param("relayRests", sender.rests())
                .param("now", utc(clock.instant()))
                .query(Claimed.class)
                .optional();
        claimed.filter(letter -> !letter.status().equals("sending")).ifPresent(letter -> {
            log.warn("Letter {} ({}) is given up: {}", letter.id(), letter.kind(), letter.status());
            events.publishEvent(letter.ended(letter.status(), null));
        });
        return claimed;
    }

    private record Claimed(
            UUID id,
            String kind,
            String about,
            @Nullable UUID supporter,
            String status,
            int attempts,
            int doubts,
            int relayFaults) {

        LetterEnded ended(String status, @Nullable String reason) {
            return new LetterEnded(kind, about, supporter, status, reason);
        }
    }

    private void send(Claimed letter) {
        Optional<Letter.Content> content;
        Map<String, String> headers;
        try {
            var kind = kind(letter);
            var objection = kind.objection(letter.supporter(), letter.about());
            if (objection.isPresent()) {
                unwanted(letter, objection.get());
                return;
            }
            content = kind.write(letter.supporter(), letter.about());
            var suppressed = content.flatMap(it ->
                    suppressions.stops(supporters.hash(it.to()), kind.list().orElse(null)));
            if (content.isEmpty() || suppressed.isPresent()) {
                unwanted(letter, suppressed.map(Reason::word).orElse("outdated"));
                return;
            }
            headers = kind.list()
                    .map(list -> listHeaders.of(
                            list, kind.kind(), letter.supporter(), content.get().locale()))
                    .orElse(Map.of());
        } catch (RuntimeException e) {
            // a key we lack, a text that is missing: the next release may mend it
            putOff(letter, 0, ErrorCode.of(e));
            return;
        }
        // if the outcome cannot be noted, the row stays as under way, and is in doubt when its lease ends
        switch (sender.send(letter.id(), content.get(), headers)) {
            case Handover.Accepted _ -> end(letter, "sent", null);
            case Handover.Refused(String code, DeliveryCode why) -> refused(letter, code, why);
            case Handover.NotSent(String code, boolean _) -> putOff(letter, 0, code);
            case Handover.RelayFault(String code) -> putOffForRelay(letter, code);
            case Handover.InDoubt(String code) when letter.doubts() == 0 -> putOff(letter, 1, code);
            case Handover.InDoubt(String code) -> end(letter, "in_doubt", code);
        }
    }

    private void refused(Claimed letter, String error, @Nullable DeliveryCode why) {
        transaction.executeWithoutResult(_ -> {
            end(letter, "refused", error);
            if (why != null) {
                bounces.take(letter.id(), why.kind(), why, BounceService.Source.SMTP, null);
            }
        });
    }

    private void unwanted(Claimed letter, String reason) {
        end(letter, "unwanted", reason, null);
    }

    private Letter kind(Claimed letter) {
        var kind = kinds.get(letter.kind());
        if (kind == null) {
            throw new IllegalStateException("No letter of kind " + letter.kind());
        }
        return kind;
    }

    /// Whoever took longer than the lease, and finds that another node has taken over, leaves the letter to
    /// that one.
    private void end(Claimed letter, String status, @Nullable String error) {
        if (error != null) {
            log.warn("Letter {} ({}) is given up: {} {}", letter.id(), letter.kind(), status, error);
        }
        end(letter, status, null, error);
    }

    private void end(Claimed letter, String status, @Nullable String reason, @Nullable String error) {
        transaction.executeWithoutResult(_ -> {
            if (noted(letter, status, reason, error)) {
                events.publishEvent(letter.ended(status, reason));
            }
        });
    }

    private boolean noted(Claimed letter, String status, @Nullable String reason, @Nullable String error) {
        return jdbc.sql("""
                        update letter set status = :status, reason = :reason, last_error = :error,
                            sent_at = case when :status = 'sent' then cast(:now as timestamptz) end
                        where id = :id and status = 'sending' and attempts = :attempts
                        """)
                        .param("id", letter.id())
                        .param("attempts", letter.attempts())
                        .param("status", status)
                        .param("reason", reason)
                        .param("error", error)
                        .param("now", utc(clock.instant()))
                        .update()
                == 1;
    }

    private void putOff(Claimed letter, int doubts, String error) {
        putOff(letter, doubts, 0, error, BACKOFF.after(letter.attempts() - letter.relayFaults()));
    }

    private void putOffForRelay(Claimed letter, String error) {
        putOff(letter, 0, 1, error, RELAY_BACKOFF.after(letter.relayFaults() + 1));
    }

    private void putOff(Claimed letter, int doubts, int relayFaults, String error, Duration pause) {
        log.warn(
                "Letter {} ({}) is put off after attempt {}: {}", letter.id(), letter.kind(), letter.attempts(), error);
        jdbc.sql("""
                        update letter set status = 'waiting', doubts = doubts + :doubts,
                            relay_faults = relay_faults + :relayFaults, last_error = :error, next_try_at = :next
                        where id = :id and status = 'sending' and attempts = :attempts
                        """)
                .param("id", letter.id())
                .param("attempts", letter.attempts())
                .param("doubts", doubts)
                .param("relayFaults", relayFaults)
                .param("error", error)
                .param("next", machineNow().plus(pause))
                .update();
    }

    private static OffsetDateTime machineNow() {
        return OffsetDateTime.now(ZoneOffset.UTC);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
