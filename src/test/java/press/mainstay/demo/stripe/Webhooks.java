package press.mainstay.demo.stripe;

import com.stripe.net.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Delivers events: signed, in bursts, not always in order, and again until the endpoint answers 2xx.
final class Webhooks implements AutoCloseable {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    /// In machine time; after these, by the demo's clock.
    private static final List<Duration> SOON_AGAIN = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(16));

    private static final Duration LATER_AGAIN = Duration.ofHours(1);

    private record Endpoint(URI uri, String secret) {}

    /// @param notBefore machine time, nanoseconds
    /// @param notBeforeClock the demo's time
    private record Pending(Stored event, int attempts, long notBefore, Instant notBeforeClock) {}

    private final Clock clock;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition answered = lock.newCondition();
    private final List<Stored> fresh = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Pending> pending = new LinkedHashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private Random random = new Random(1);
    private Semaphore atATime = new Semaphore(4);
    private @Nullable Endpoint endpoint;
    private boolean inBackground = true;
    private boolean inOrder;
    private boolean closed;
    private @Nullable World world;

    Webhooks(Clock clock) {
        this.clock = clock;
    }

    void start(World world) {
        this.world = world;
        for (var event : world.store.copyOf("event")) {
            if (Json.flag(event.hidden(), "pending")) {
                told(event);
            }
        }
        wake();
        Thread.ofVirtual().name("stripe-webhooks").start(this::background);
    }

    void endpoint(URI uri, String secret) {
        settings(() -> endpoint = new Endpoint(uri, secret));
    }

    void seed(long seed) {
        settings(() -> {
            random = new Random(seed);
            inOrder = false;
        });
    }

    void inOrder() {
        settings(() -> {
            inOrder = true;
            atATime = new Semaphore(1);
        });
    }

    void inBackground(boolean on) {
        settings(() -> inBackground = on);
    }

    boolean isHeard() {
        lock.lock();
        try {
            return endpoint != null;
        } finally {
            lock.unlock();
        }
    }

    /// These are told of no more.
    void forget(Collection<Stored> events) {
        if (!events.isEmpty()) {
            settings(() -> events.forEach(event -> pending.remove(event.id())));
        }
    }

    private void settings(Runnable change) {
        alone(change, changed);
    }

    private void alone(Runnable change, Condition signal) {
        lock.lock();
        try {
            change.run();
            signal.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Within the change that makes the event: delivery waits for [#wake()].
    void told(Stored event) {
        fresh.add(event);
    }

    /// The change is written: its events may go out, after a moment, together.
    void wake() {
        if (fresh.isEmpty()) {
            return;
        }
        settings(() -> {
            List<Stored> burst;
            synchronized (fresh) {
                burst = new ArrayList<>(fresh);
                fresh.clear();
            }
            if (!inOrder && random.nextBoolean()) {
                Collections.shuffle(burst, random);
            }
            var pause = inOrder ? Duration.ZERO : Duration.ofMillis(random.nextInt(10, 250));
            long from = System.nanoTime() + pause.toNanos();
            burst.forEach(event -> pending.put(event.id(), new Pending(event, 0, from, Instant.MIN)));
        });
    }

    private void background() {
        lock.lock();
        try {
            while (!closed) {
                var due = inBackground && endpoint != null ? due() : List.<Pending>of();
                if (due.isEmpty()) {
                    changed.await(pending.isEmpty() ? 1000 : 20, TimeUnit.MILLISECONDS);
                } else {
                    send(due);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private List<Pending> due() {
        long now = System.nanoTime();
        var instant = clock.instant();
        return pending.values().stream()
                .filter(one -> !underWay.contains(one.event().id()))
                .filter(one ->
                        one.notBefore() - now <= 0 && !one.notBeforeClock().isAfter(instant))
                .toList();
    }

    /// Delivers all that is pending, whenever it would be due, and waits for the answers. Each is tried once.
    void deliver() {
        var tried = new HashSet<String>();
        lock.lock();
        try {
            while (endpoint != null && !closed) {
                var left = pending.values().stream()
                        .filter(one -> !underWay.contains(one.event().id())
                                && tried.add(one.event().id()))
                        .toList();
                if (!left.isEmpty()) {
                    send(left);
                } else if (underWay.isEmpty()) {
                    return;
                } else {
                    tried.addAll(underWay);
                    answered.await();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Holds the lock, and gives it up while it waits for a free line.
    private void send(Collection<Pending> batch) throws InterruptedException {
        var to = endpoint;
        if (to == null) {
            return;
        }
        batch.forEach(one -> underWay.add(one.event().id()));
        var lines = atATime;
        lock.unlock();
        try {
            for (var one : batch) {
                lines.acquire();
                if (threads.isShutdown()) {
                    return;
                }
                threads.execute(() -> {
                    var status = 0;
                    try {
                        status = post(to, one.event());
                    } finally {
                        lines.release();
                        answered(one, status);
                    }
                });
            }
        } finally {
            lock.lock();
        }
    }

    /// @return the status, 0 for no answer
    private int post(Endpoint to, Stored event) {
        var body = Json.write(event.body());
        try {
            long at = Instant.now().getEpochSecond();
            var signature = Webhook.Util.computeHmacSha256(to.secret(), at + "." + body);
            var request = HttpRequest.newBuilder(to.uri())
                    .timeout(ANSWER_WITHIN)
                    .header("Content-Type", "application/json; charset=utf-8")
                    .header("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
                    .header("Stripe-Signature", "t=" + at + ",v1=" + signature)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException _) {
            return 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("No HMAC-SHA256 here", e);
        }
    }

    private void answered(Pending one, int status) {
        var arrived = status >= 200 && status < 300;
        var event = one.event();
        int attempts = one.attempts() + 1;
        if (!stopped()) {
            remember(event, arrived, attempts, status);
        }
        alone(
                () -> {
                    underWay.remove(event.id());
                    if (arrived) {
                        pending.remove(event.id());
                    } else {
                        pending.put(event.id(), again(event, attempts));
                    }
                },
                answered);
        if (!stopped() && isQuiet()) {
            Objects.requireNonNull(world).run(() -> {}); // writes what the burst came to
        }
    }

    private boolean isQuiet() {
        lock.lock();
        try {
            return underWay.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private boolean stopped() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void remember(Stored event, boolean arrived, int attempts, int status) {
        var memory = Objects.requireNonNull(world);
        memory.note(() -> {
            if (memory.store.find(event.id()) == null) {
                return; // forgotten meanwhile
            }
            event.hidden().put("pending", !arrived);
            event.hidden().put("attempts", attempts);
            event.hidden().put("answer", status);
            event.body().put("pending_webhooks", arrived ? 0 : 1);
            memory.store.save(event);
        });
    }

    private Pending again(Stored event, int attempts) {
        if (attempts <= SOON_AGAIN.size()) {
            return new Pending(
                    event,
                    attempts,
                    System.nanoTime() + SOON_AGAIN.get(attempts - 1).toNanos(),
                    Instant.MIN);
        }
        int doublings = Math.min(attempts - SOON_AGAIN.size() - 1, 4);
        return new Pending(
                event, attempts, System.nanoTime(), clock.instant().plus(LATER_AGAIN.multipliedBy(1L << doublings)));
    }

    @Override
    public void close() {
        settings(() -> {
            closed = true;
            answered.signalAll();
        });
        http.shutdownNow();
        threads.shutdownNow();
    }
}
