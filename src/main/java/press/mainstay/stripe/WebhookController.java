package press.mainstay.stripe;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import press.mainstay.shared.QueueWorker;

/// Where Stripe delivers its events. Anything but 2xx makes Stripe deliver again, for up to three days.
@RestController
class WebhookController {

    private static final int LARGEST_BODY = 1 << 20;

    private final StripeEventLog events;
    private final QueueWorker worker;
    private final List<String> secrets;
    private final MeterRegistry meters;
    private final DistributionSummary clockSkew;

    WebhookController(
            StripeEventLog events, QueueWorker stripeEventWorker, StripeProperties properties, MeterRegistry meters) {
        this.events = events;
        this.worker = stripeEventWorker;
        this.secrets = properties.webhookSecrets();
        this.meters = meters;
        this.clockSkew = DistributionSummary.builder("mainstay.stripe.clock.skew")
                .baseUnit("seconds")
                .description("between Stripe's clock at signing and ours")
                .register(meters);
    }

    /// Reads the raw bytes, since these are what is signed; whatever media type or encoding a proxy claims for
    /// them.
    @PostMapping("/webhooks/stripe")
    ResponseEntity<Void> receive(HttpServletRequest request) throws IOException {
        var body = request.getInputStream().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            return answer(HttpStatus.CONTENT_TOO_LARGE);
        }
        var signature = WebhookSignature.check(body, request.getHeader("Stripe-Signature"), secrets, Instant.now());
        meters.counter(
                        "mainstay.stripe.signature",
                        "result",
                        signature.result().name().toLowerCase(Locale.ROOT),
                        "secret",
                        Integer.toString(signature.secret()))
                .increment();
        if (!signature.matches()) {
            return answer(HttpStatus.BAD_REQUEST);
        }
        clockSkew.record(Math.abs(signature.skew().toMillis() / 1e3));
        try {
            events.keep(body, StripeEventLog.Via.WEBHOOK);
        } catch (UnreadableEventException _) {
            return answer(HttpStatus.BAD_REQUEST);
        }
        worker.wake();
        return answer(HttpStatus.OK);
    }

    private ResponseEntity<Void> answer(HttpStatus status) {
        meters.counter("mainstay.stripe.webhook", "status", Integer.toString(status.value()))
                .increment();
        return ResponseEntity.status(status).build();
    }
}
