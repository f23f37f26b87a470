package press.mainstay.mail;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import press.mainstay.mail.BounceService.Source;
import press.mainstay.shared.EmailAddress;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Where a provider of mail tells what came back. To tell it twice is as good as once.
@RestController
class MailWebhookController {

    private static final int LARGEST_BODY = 1 << 20;
    private static final int MOST_EVENTS = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final BounceService bounces;
    private final List<byte[]> keys;
    private final @Nullable String mailgunKey;
    private final MeterRegistry meters;

    MailWebhookController(BounceService bounces, MailWebhookProperties properties, MeterRegistry meters) {
        this.bounces = bounces;
        this.keys = properties.keys();
        this.mailgunKey = properties.mailgunKey();
        this.meters = meters;
    }

    /// One event in our own words, for a provider's webhook that somebody translates.
    ///
    /// @param type `bounce` or `complaint`; others are let pass
    /// @param status of a bounce, `5.1.1`
    /// @param envelope the envelope's sender that the mail left with
    /// @param messageId its header; then the recipient is needed too
    /// @param at ISO 8601
    record Event(
            @Nullable String type,
            @Nullable String status,
            @Nullable String envelope,
            @JsonProperty("message_id") @Nullable String messageId,
            @Nullable String recipient,
            @Nullable String at) {

        Optional<BounceNotice> notice() {
            var code = Optional.ofNullable(status).flatMap(DeliveryCode::in).filter(DeliveryCode::isFailure);
            var kind = switch (type) {
                case "bounce" -> code.map(DeliveryCode::kind);
                case "complaint" -> Optional.of(BounceKind.COMPLAINT);
                case null, default -> Optional.<BounceKind>empty();
            };
            return kind.map(it -> new BounceNotice(
                    addresses(envelope), texts(messageId), addresses(recipient), it, code.orElse(null), instant(at)));
        }
    }

    /// What Mailgun sends, as far as it matters.
    ///
    /// @see <a href="https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads">
    ///     Webhook Payloads</a>
    record Mailgun(
            @Nullable Signature signature,
            @JsonProperty("event-data") @Nullable Data data) {

        record Signature(
                @Nullable String timestamp,
                @Nullable String token,
                @Nullable String signature) {}

        record Data(
                @Nullable String event,
                @Nullable String severity,
                @Nullable String reason,
                @Nullable String recipient,
                @Nullable BigDecimal timestamp,
                @Nullable Envelope envelope,
                @Nullable Message message,
                @JsonProperty("delivery-status") @Nullable Status status) {}

        record Envelope(@Nullable String sender) {}

        record Message(@Nullable Headers headers) {}

        record Headers(@JsonProperty("message-id") @Nullable String messageId) {}

        record Status(
                @JsonProperty("enhanced-code") @Nullable String enhancedCode,
                @Nullable String code) {}

        Optional<BounceNotice> notice() {
            if (data == null) {
                return Optional.empty();
            }
            var code = Stream.ofNullable(data.status())
                    .flatMap(status ->
                            Stream.of(status.enhancedCode(), status.code()).flatMap(Stream::ofNullable))
                    .flatMap(text -> DeliveryCode.in(text).stream())
                    .filter(DeliveryCode::isFailure)
                    .findFirst();
            var kind = kind(code);
            var headers = data.message() == null ? null : data.message().headers();
            return kind.map(it -> new BounceNotice(
                    addresses(data.envelope() == null ? null : data.envelope().sender()),
                    texts(headers == null ? null : headers.messageId()),
                    addresses(data.recipient()),
                    it,
                    it == BounceKind.COMPLAINT ? null : code.orElse(null),
                    second(data.timestamp())));
        }

        /// A temporary failure is tried again by Mailgun. What it did not send at all, since the reader had said no to
        /// it before, is no news.
        private Optional<BounceKind> kind(Optional<DeliveryCode> code) {
            if ("complained".equals(data.event())) {
                return Optional.of(BounceKind.COMPLAINT);
            }
            if (!"failed".equals(data.event()) || !"permanent".equals(data.severity())) {
                return Optional.empty();
            }
            return switch (data.reason()) {
                case "suppress-complaint" -> Optional.of(BounceKind.COMPLAINT);
                case "suppress-unsubscribe" -> Optional.empty();
                case null, default -> Optional.of(code.map(DeliveryCode::kind).orElse(BounceKind.SOFT));
            };
        }
    }

    /// Signed as Standard Webhooks has it. An array of events, or one.
    @PostMapping("/webhooks/mail")
    ResponseEntity<Void> receive(HttpServletRequest request) throws IOException {
        if (keys.isEmpty()) {
            return answer(HttpStatus.NOT_FOUND);
        }
        var body = body(request);
        if (body.length > LARGEST_BODY) {
            return answer(HttpStatus.CONTENT_TOO_LARGE);
        }
        if (!MailWebhookSignature.matches(
                body,
                request.getHeader("webhook-id"),
                request.getHeader("webhook-timestamp"),
                request.getHeader("webhook-signature"),
                keys,
                Instant.now())) {
            return answer(HttpStatus.UNAUTHORIZED);
        }
        var notices = new ArrayList<BounceNotice>();
        try {
            var events = JSON.readValue(body, Event[].class);
            if (events == null || events.length > MOST_EVENTS) {
                return answer(HttpStatus.BAD_REQUEST);
            }
            for (var event : events) {
                if (event == null) {
                    return answer(HttpStatus.BAD_REQUEST);
                }
                event.notice().ifPresent(notices::add);
            }
        } catch (JacksonException | DateTimeException _) {
            return answer(HttpStatus.BAD_REQUEST);
        }
        return take(notices);
    }

    @PostMapping("/webhooks/mail/mailgun")
    ResponseEntity<Void> receiveMailgun(HttpServletRequest request) throws IOException {
        if (mailgunKey == null) {
            return answer(HttpStatus.NOT_FOUND);
        }
        var body = body(request);
        if (body.length > LARGEST_BODY) {
            return answer(HttpStatus.CONTENT_TOO_LARGE);
        }
        try {
            var told = JSON.readValue(body, Mailgun.class);
            var signature = told == null ? null : told.signature();
            if (signature == null
                    || !MailWebhookSignature.matchesMailgun(
                            signature.timestamp(),
                            signature.token(),
                            signature.signature(),
                            mailgunKey,
                            Instant.now())) {
                return answer(HttpStatus.UNAUTHORIZED);
            }
            return take(told.notice().stream().toList());
        } catch (JacksonException | DateTimeException _) {
            return answer(HttpStatus.BAD_REQUEST);
        }
    }

    private ResponseEntity<Void> take(List<BounceNotice> notices) {
        for (var notice : notices) {
            var taken = bounces.take(notice, Source.PROVIDER);
            meters.counter(
                            "mainstay.mail.webhook.events",
                            "outcome",
                            taken.name().toLowerCase(Locale.ROOT))
                    .increment();
        }
        return answer(HttpStatus.OK);
    }

    private ResponseEntity<Void> answer(HttpStatus status) {
        meters.counter("mainstay.mail.webhook", "status", Integer.toString(status.value()))
                .increment();
        return ResponseEntity.status(status).build();
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        return request.getInputStream().readNBytes(LARGEST_BODY + 1);
    }

    private static List<String> texts(@Nullable String text) {
        return text == null ? List.of() : List.of(text);
    }

    private static List<EmailAddress> addresses(@Nullable String text) {
        try {
            return text == null ? List.of() : List.of(new EmailAddress(text));
        } catch (IllegalArgumentException _) {
            return List.of();
        }
    }

    private static @Nullable Instant instant(@Nullable String text) {
        return text == null ? null : OffsetDateTime.parse(text).toInstant();
    }

    private static @Nullable Instant second(@Nullable BigDecimal seconds) {
        return seconds == null ? null : Instant.ofEpochSecond(seconds.longValue());
    }
}
