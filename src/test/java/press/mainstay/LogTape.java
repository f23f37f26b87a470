package press.mainstay;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/// Keeps all that is logged, with stack traces: at the levels that production logs, and `press.mainstay` down to DEBUG.
final class LogTape extends AppenderBase<ILoggingEvent> {

    /// Runs since the first service of this JVM was started.
    private static final class OfThisJvm {

        static final LogTape TAPE = on((LoggerContext) LoggerFactory.getILoggerFactory());
    }

    /// @param text message, context, thread and stack trace
    record Entry(String logger, String text) {}

    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();

    private LogTape() {
        setName("tape");
    }

    static LogTape ofThisJvm() {
        return OfThisJvm.TAPE;
    }

    /// Runs on when the context is set up anew, as Spring Boot does for another application.
    static LogTape on(LoggerContext context) {
        var tape = new LogTape();
        tape.attachTo(context);
        context.addListener(tape.new Return());
        return tape;
    }

    Collection<Entry> entries() {
        return entries;
    }

    private void attachTo(LoggerContext context) {
        setContext(context);
        start();
        context.getLogger(App.class.getPackageName()).setLevel(Level.DEBUG);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(this);
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

    private final class Return implements LoggerContextListener {

        @Override
        public boolean isResetResistant() {
            return true;
        }

        @Override
        public void onReset(LoggerContext context) {
            attachTo(context);
        }

        @Override
        public void onStart(LoggerContext context) {
            // still attached
        }

        @Override
        public void onStop(LoggerContext context) {
            // the JVM ends
        }

        @Override
        public void onLevelChange(Logger logger, Level level) {
            // of no interest
        }
    }
}
