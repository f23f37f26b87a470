package press.mainstay;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/// Keeps all that is logged, with stack traces: at the levels that production logs, `press.mainstay` down to DEBUG.
final class LogTape extends AppenderBase<ILoggingEvent> {

    private static final LogTape TAPE = new LogTape();

    /// @param text message, context, thread and stack trace
    record Entry(String logger, String text) {}

    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();

    private LogTape() {
        setName("tape");
    }

    /// Starts the tape, or starts it again: whoever sets up another Spring Boot application sets up the log anew, and
    /// stops whatever listened to it.
    static void run() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        TAPE.setContext(context);
        TAPE.start();
        context.getLogger(App.class.getPackageName()).setLevel(Level.DEBUG);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(TAPE);
    }

    /// All since the first service of this JVM was started.
    static Collection<Entry> entries() {
        return TAPE.entries;
    }

    /// Before each class that has a service.
    static final class Extension implements BeforeAllCallback {

        @Override
        public void beforeAll(ExtensionContext tests) {
            run();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        var trace = event.getThrowableProxy();
        entries.add(new Entry(
                event.getLoggerName(),
                event.getThreadName()
                        + ' '
                        + event.getMDCPropertyMap()
                        + ' '
                        + event.getFormattedMessage()
                        + (trace == null ? "" : '\n' + ThrowableProxyUtil.asString(trace))));
    }
}
