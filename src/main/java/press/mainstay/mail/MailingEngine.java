package press.mainstay.mail;

import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MailDateFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import press.mainstay.mail.MailingQueue.Batch;
import press.mainstay.mail.MailingQueue.LeaseLostException;
import press.mainstay.mail.MailingQueue.Recipient;
import press.mainstay.mail.MailingQueue.Result;
import press.mainstay.mail.MailingStart.Frozen;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.ErrorCode;
import press.mainstay.shared.QueueWorker;
import press.mainstay.supporter.SupporterService;

/// Sends mailings: some workers with a connection each, one that starts and ends mailings, and one that keeps
/// leases alive and learns of pauses. Stops between two mails, so that nothing is in doubt.
@Component
class MailingEngine implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(MailingEngine.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(400);
    private static final Duration TRY_TO_NOTE_EVERY = Duration.ofMillis(500);

    private final MailingQueue queue;
    private final MailingStart starts;
    private final Relay relay;
    private final RelayRate rate;
    private final MailIds ids;
    private final UnsubscribeLinks links;
    private final UnsubscribeAddresses addresses;
    private final Sealing sealing;
    private final MailProperties properties;
    private final Clock clock;

    private final Map<Variant, Frozen> texts = new ConcurrentHashMap<>();
    private final Set<UUID> leases = ConcurrentHashMap.newKeySet();
    private volatile Set<Integer> halted = Set.of();
    private volatile CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean running;
    private volatile List<QueueWorker> workers = List.of();
    private long renewedAt;

    MailingEngine(
            MailingQueue queue,
            MailingStart starts,
            Relay relay,
            RelayRate rate,
            MailIds ids,
            UnsubscribeLinks links,
            UnsubscribeAddresses addresses,
            Sealing sealing,
            MailProperties properties,
            Clock clock) {
        this.queue = queue;
        this.starts = starts;
        this.relay = relay;
        this.rate = rate;
        this.ids = ids;
        this.links = links;
        this.addresses = addresses;
        this.sealing = sealing;
        this.properties = properties;
        this.clock = clock;
    }

    private record Variant(int mailing, String name) {}

    @Override
    public synchronized void start() {
        stopping = new CountDownLatch(1);
        workers = new ArrayList<>();
        for (var i = 1; i <= properties.connections(); i++) {
            var worker = new Worker();
            workers.add(worker("mailing-" + i, worker::sendNextBatch));
        }
        workers.add(worker("mailing-start", this::startAndEnd));
        workers.add(worker("mailing-lease", this::look)); // the last to stop
        workers.forEach(QueueWorker::start);
        running = true;
    }

    private static QueueWorker worker(String name, BooleanSupplier work) {
        return new QueueWorker(name, LOOK_EVERY, Thread.ofPlatform().daemon(), work);
    }

    @Override
    public synchronized void stop() {
        stopping.countDown();
        workers.forEach(QueueWorker::stop);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private boolean startAndEnd() {
        var started = starts.startNext();
        if (started) {
            workers.forEach(QueueWorker::wake);
        }
        return starts.endNext() || started;
    }

    private boolean look() {
        halted = Set.copyOf(queue.halted());
        var now = System.nanoTime();
        if (now - renewedAt > properties.lease().dividedBy(4).toNanos()) {
            queue.renew(List.copyOf(leases));
            renewedAt = now;
        }
        if (leases.isEmpty()) {
            texts.clear();
        }
        return false;
    }

    private boolean stops() {
        return stopping.getCount() == 0;
    }

    private Frozen text(Variant variant) {
        return texts.computeIfAbsent(variant, it -> starts.frozen(it.mailing(), it.name()));
    }

    /// One thread's.
    private final class Worker {

        private final SmtpConnection connection = new SmtpConnection(relay);
        private final FilledMail mail = new FilledMail(relay.session());
        private final MailDateFormat dates = new MailDateFormat();
        private String date = "";
        private long second;

        /// @return whether there may be more to do right now
        private boolean sendNextBatch() {
            var batch = stops() ? Optional.<Batch>empty() : queue.claim(relay.rests());
            if (batch.isEmpty()) {
                connection.close();
                return false;
            }
            leases.add(batch.get().token());
            try {
                return send(batch.get());
            } finally {
                leases.remove(batch.get().token());
            }
        }

        private boolean send(Batch batch) {
            var doneUpto = batch.doneUpto();
            var results = List.<Result>of();
            var failures = 0;
            var more = true;
            var relayFails = false;
            while (true) {
                more = more && awaitTurn(batch, batch.last() - doneUpto);
                var window = next(batch, doneUpto, results, failures, more);
                if (window.isEmpty()) {
                    return !relayFails;
                }
                results = new ArrayList<>();
                for (var recipient : window) {
                    if (stops() || halted.contains(batch.mailing())) {
                        more = false;
                        break;
                    }
                    var outcome = send(batch, recipient);
                    if (outcome instanceof Handover.RelayFault(String code)) {
                        log.warn("Mailing {}: batch {} waits for the relay: {}", batch.mailing(), batch.number(), code);
                        more = false;
                        relayFails = true;
                        break;
                    }
                    var result = result(recipient, outcome);
                    results.add(result);
                    failures += result.failure() ? 1 : 0;
                    doneUpto = recipient.position();
                }
            }
        }

        /// @return false if it is no use to wait any longer
        private boolean awaitTurn(Batch batch, int left) {
            var pause = rate.reserve(Math.min(left, rate.atOnce(properties.window())));
            var until = System.nanoTime() + pause.toNanos();
            while (until - System.nanoTime() > 0 && !halted.contains(batch.mailing())) {
                try {
                    var slice = Math.min(until - System.nanoTime(), LOOK_EVERY.toNanos());
                    if (stopping.await(slice, TimeUnit.NANOSECONDS)) {
                        return false;
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return !stops() && !halted.contains(batch.mailing());
        }

        /// If the database is away, what became of the window is kept for as long as the lease may last.
        private List<Recipient> next(Batch batch, int doneUpto, List<Result> results, int failures, boolean more) {
            var until = System.nanoTime() + properties.lease().toNanos();
            while (true) {
                try {
                    return queue.next(batch, doneUpto, results, failures, more);
                } catch (LeaseLostException _) {
                    log.warn("Mailing {}: batch {} was taken over by another node", batch.mailing(), batch.number());
                    queue.takeLate(batch, results);
                    return List.of();
                } catch (DataAccessException | TransactionException e) {
                    if (until - System.nanoTime() < 0) {
                        throw e;
                    }
                    log.warn("Mailing {}: batch {}: {}", batch.mailing(), batch.number(), ErrorCode.of(e));
                    pause();
                }
            }
        }

        private void pause() {
            try {
                Thread.sleep(TRY_TO_NOTE_EVERY);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private Handover send(Batch batch, Recipient recipient) {
            InternetAddress address;
            try {
                var to = HeaderValue.checked(
                        new EmailAddress(sealing.open(recipient.email(), SupporterService.EMAIL, recipient.supporter()))
                                .normalised());
                address = new InternetAddress(to);
                var frozen = text(new Variant(batch.mailing(), recipient.variant()));
                mail.setEnvelopeFrom(ids.envelopeFrom(recipient.id()));
                mail.wire = frozen.text()
                        .filledWith(new MailingText.Own(
                                to,
                                date(),
                                ids.messageId(recipient.id()),
                                links.to(recipient.supporter(), batch.list(), frozen.locale())
                                        .toString(),
                                addresses
                                        .to(recipient.supporter(), batch.list())
                                        .orElse(""),
                                links.to(recipient.supporter(), null, frozen.locale())
                                        .toString()));
            } catch (AddressException | IllegalArgumentException e) {
                return new Handover.Refused(ErrorCode.of(e), null);
            } catch (RuntimeException e) {
                return new Handover.NotSent(ErrorCode.of(e), false); // a key we lack: the next release may mend it
            }
            return connection.send(mail, address);
        }

        private String date() {
            var now = clock.instant();
            if (now.getEpochSecond() != second) {
                second = now.getEpochSecond();
                date = dates.format(Date.from(now));
            }
            return date;
        }

        private static Result result(Recipient recipient, Handover outcome) {
            return switch (outcome) {
                case Handover.Accepted() -> result(recipient, DeliveryStatus.SENT, null, false);
                case Handover.Refused(String code, DeliveryCode why) ->
                    new Result(recipient.position(), recipient.id(), DeliveryStatus.REFUSED, code, why, true);
                case Handover.NotSent(String code, boolean ours) ->
                    result(recipient, DeliveryStatus.DEFERRED, code, ours);
                case Handover.InDoubt(String code) -> result(recipient, DeliveryStatus.IN_DOUBT, code, true);
                case Handover.RelayFault(String code) -> throw new IllegalStateException(code);
            };
        }

        private static Result result(
                Recipient recipient, DeliveryStatus status, @Nullable String code, boolean failure) {
            return new Result(recipient.position(), recipient.id(), status, code, null, failure);
        }
    }

    /// Used for one mail after the other.
    private static final class FilledMail extends SMTPMessage {

        private byte[] wire = new byte[0];

        FilledMail(Session session) {
            super(session);
        }

        @Override
        public void writeTo(OutputStream out, String[] ignoreList) throws IOException {
            out.write(wire);
        }
    }
}
