package press.mainstay.chaos;

import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/// Lets something happen before the n-th statement that a thread sends to the database, such as the end of its
/// connection: for the database it is the same whether the node died or only its connection.
final class Crashes implements BeanPostProcessor {

    /// What of a connection is a step of its own, beside statements.
    private static final Set<String> STEPS = Set.of("commit", "setSavepoint", "releaseSavepoint");

    private static final Set<String> STATEMENTS = Set.of("createStatement", "prepareStatement", "prepareCall");

    private final ThreadLocal<@Nullable Trap> mine = new ThreadLocal<>();
    private volatile @Nullable Trap nextRequests;
    private volatile @Nullable DataSource database;

    /// Something that happens once.
    private static final class Trap {

        private final int statement;
        private final Consumer<Integer> happens;
        private int count;
        private boolean sprung;

        /// @param happens gets the connection's process in the database
        private Trap(int statement, Consumer<Integer> happens) {
            this.statement = statement;
            this.happens = happens;
        }

        private synchronized void step(int process) {
            if (++count == statement) {
                sprung = true;
                happens.accept(process);
            }
        }
    }

    /// Does some work in this thread and kills its connection before the n-th statement.
    ///
    /// @return whether it came to that
    boolean dies(int statement, Runnable work) {
        return happens(statement, this::kill, work);
    }

    /// Does some work in this thread and something else before its n-th statement.
    ///
    /// @return whether it came to that
    boolean meanwhile(int statement, Runnable deed, Runnable work) {
        return happens(statement, _ -> deed.run(), work);
    }

    private boolean happens(int statement, Consumer<Integer> deed, Runnable work) {
        var trap = new Trap(statement, deed);
        mine.set(trap);
        try {
            work.run();
        } catch (RuntimeException e) {
            if (!trap.sprung) {
                throw e;
            }
        } finally {
            mine.remove();
        }
        return trap.sprung;
    }

    /// Sends a request to the service, whose connection is killed before the n-th statement. No other request may be
    /// under way.
    void requestDies(int statement, Runnable request) {
        nextRequests = new Trap(statement, this::kill);
        try {
            request.run();
        } finally {
            nextRequests = null;
        }
    }

    /// Returns when the process is gone, and all its locks with it. PostgreSQL could wait for that itself, but looks
    /// only
    /// ten times a second.
    private void kill(int process) {
        var jdbc = JdbcClient.create(database());
        jdbc.sql("select pg_terminate_backend(:process)")
                .param("process", process)
                .query(Boolean.class)
                .single();
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .pollInSameThread()
                .until(() -> jdbc.sql("select not exists (select from pg_stat_activity where pid = :process)")
                        .param("process", process)
                        .query(Boolean.class)
                        .single());
    }

    private DataSource database() {
        var known = database;
        if (known == null) {
            throw new IllegalStateException("No data source went by");
        }
        return known;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (!(bean instanceof DataSource real)) {
            return bean;
        }
        database = real;
        return new DelegatingDataSource(real) {
            @Override
            public Connection getConnection() throws SQLException {
                var trap = mine.get() != null ? mine.get() : nextRequests;
                var connection = super.getConnection();
                return trap == null ? connection : watched(connection, trap);
            }
        };
    }

    private static Connection watched(Connection connection, Trap trap) throws SQLException {
        int process;
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            process = row.getInt(1);
        }
        return proxy(Connection.class, (method, arguments) -> {
            if (STEPS.contains(method.getName())) {
                trap.step(process);
            }
            var answer = call(connection, method, arguments);
            return STATEMENTS.contains(method.getName())
                    ? watched((Statement) answer, method.getReturnType(), trap, process)
                    : answer;
        });
    }

    private static Object watched(Statement statement, Class<?> type, Trap trap, int process) {
        return proxy(type, (method, arguments) -> {
            if (method.getName().startsWith("execute")) {
                trap.step(process);
            }
            return call(statement, method, arguments);
        });
    }

    private interface Handler {
        @Nullable
        Object handle(Method method, @Nullable Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                Crashes.class.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> handler.handle(method, arguments)));
    }

    private static @Nullable Object call(Object target, Method method, @Nullable Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
