package press.mainstay.mail;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.stereotype.Component;

/// The newsroom's mail server as this node finds it. When most hand-overs fail through no fault of a recipient, it is
/// left alone for a while, then asked with one mail. Each node finds out for itself: another one may reach a
/// relay that this one does not, and none needs to know.
@Component
class Relay implements HealthIndicator, MeterBinder {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final int LONGEST_PAUSE = 12;

    private final JavaMailSenderImpl settings;
    private final CircuitBreaker breaker;

    Relay(JavaMailSenderImpl settings, MailProperties properties) {
        this.settings = settings;
        this.breaker = CircuitBreaker.of(
                "relay",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(10)
                        .minimumNumberOfCalls(5)
                        .failureRateThreshold(50)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitIntervalFunctionInOpenState(IntervalFunction.ofExponentialRandomBackoff(
                                properties.relayPause(),
                                2,
                                0.3,
                                properties.relayPause().multipliedBy(LONGEST_PAUSE)))
                        .automaticTransitionFromOpenToHalfOpenEnabled(true)
                        .build());
        breaker.getEventPublisher()
                .onStateTransition(event -> log.warn(
                        "Relay: {} after {}",
                        event.getStateTransition().getToState(),
                        event.getStateTransition().getFromState()));
        prepare();
    }

    /// What Spring's settings leave open.
    private void prepare() {
        var mail = settings.getJavaMailProperties();
        var prefix = "mail." + protocol() + ".";
        // without, nobody would notice that a relay has gone
        mail.putIfAbsent(prefix + "connectiontimeout", "10000");
        mail.putIfAbsent(prefix + "timeout", "120000");
        mail.putIfAbsent(prefix + "writetimeout", "60000");
        mail.putIfAbsent(prefix + "quitwait", "false");
        // watches all connections; by itself Angus has a thread for each, and keeps what is over for a minute
        var watch = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("mail-write-timeout").factory());
        watch.setRemoveOnCancelPolicy(true);
        mail.put(prefix + "executor.writetimeout", watch);
        if (mail.getProperty(prefix + "socks.host") == null) {
            mail.put(prefix + "socketFactory", new PromptSockets());
            mail.put(prefix + "socketFactory.fallback", "false");
        }
    }

    /// Whether to leave it alone.
    boolean rests() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }

    @Override
    public Health health() {
        var state = breaker.getState();
        var health = state == CircuitBreaker.State.CLOSED ? Health.up() : Health.down();
        return health.withDetail("breaker", state.name().toLowerCase(Locale.ROOT))
                .build();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("mainstay.mail.relay.open", () -> breaker.getState() == CircuitBreaker.State.CLOSED ? 0 : 1)
                .description("1 while hand-overs fail and the relay is left alone or asked with one mail")
                .register(registry);
    }

    /// To be asked before each mail, and answered by `heard`.
    boolean admits() {
        return breaker.tryAcquirePermission();
    }

    void heard(Handover outcome) {
        var fault = switch (outcome) {
            case Handover.Accepted _, Handover.Refused _ -> false;
            case Handover.NotSent(String _, boolean ours) -> ours;
            case Handover.RelayFault _, Handover.InDoubt _ -> true;
        };
        if (fault) {
            breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException());
        } else {
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        }
    }

    /// The longest that it takes from the first octet of a mail's text until its answer is there or missing.
    Duration longestAnswer() {
        return millis("writetimeout").plus(millis("timeout"));
    }

    String address() {
        return settings.getHost() + ":" + settings.getPort();
    }

    Conversation connect() throws MessagingException {
        var conversation = new Conversation(settings.getSession(), protocol());
        conversation.connect(settings.getHost(), settings.getPort(), settings.getUsername(), settings.getPassword());
        return conversation;
    }

    Session session() {
        return settings.getSession();
    }

    private String protocol() {
        return settings.getProtocol() == null ? JavaMailSenderImpl.DEFAULT_PROTOCOL : settings.getProtocol();
    }

    private Duration millis(String property) {
        return Duration.ofMillis(
                Long.parseLong(settings.getJavaMailProperties().getProperty("mail." + protocol() + "." + property)));
    }

    /// Sockets that send at once: else each mail waits 40 ms for an acknowledgement (Nagle meets delayed ACK). Angus
    /// puts TLS around what it gets from here.
    private static final class PromptSockets extends SocketFactory {

        @Override
        public Socket createSocket() throws IOException {
            var socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("Angus connects by itself");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException("Angus connects by itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException("Angus connects by itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException("Angus connects by itself");
        }
    }
}
