package press.mainstay.shared;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Empties a queue table: at once when told that there is something in it, else every second, since another node may
/// have put it there. Declared as a bean by the package that owns the table. Stops only between two pieces of work.
public final class QueueWorker implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(QueueWorker.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final String queue;
    private final Duration lookEvery;
    private final Thread.Builder threads;
    private final BooleanSupplier work;
    private final Semaphore wakeUp = new Semaphore(0);
    private volatile boolean running;
    private @Nullable Thread thread;

    /// @param queue the table's name, for the thread and the log
    /// @param work does one piece; returns whether there may be more to do right now
    public QueueWorker(String queue, BooleanSupplier work) {
        this(queue, LOOK_EVERY, Thread.ofVirtual(), work);
    }

    /// @param lookEvery how often to look when nobody calls
    /// @param threads makes its thread; platform threads are quicker where each waits for a socket all the time
    public QueueWorker(String queue, Duration lookEvery, Thread.Builder threads, BooleanSupplier work) {
        this.queue = queue;
        this.lookEvery = lookEvery;
        this.threads = threads;
        this.work = work;
    }

    /// Call it after the commit that put something into the queue.
    public void wake() {
        wakeUp.release();
    }

    @Override
    public synchronized void start() {
        running = true;
        thread = threads.name(queue).start(this::run);
    }

    @Override
    public synchronized void stop() {
        running = false;
        wake();
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void run() {
        while (running) {
            try {
                var _ = wakeUp.tryAcquire(lookEvery.toMillis(), TimeUnit.MILLISECONDS);
                wakeUp.drainPermits();
                while (running && work.getAsBoolean()) {
                    // more to do
                }
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException | Error e) {
                // the database may be away, a class may be missing; the message could quote a row
                log.warn("Queue {}: {}, looking again in a second", queue, ErrorCode.of(e));
            }
        }
    }
}
