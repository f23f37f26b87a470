package press.mainstay.mail;

import com.zaxxer.hikari.HikariDataSource;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.newsroom.Colour;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Keysets;
import press.mainstay.sealing.Sealing;
import press.mainstay.sealing.SignedLinks;
import press.mainstay.shared.EmailAddress;

/// A node in a process of its own, so that it can be killed or frozen. It ends by itself when its parent does.
final class MailingProcess implements AutoCloseable {

    private static final int CONNECTIONS = 4;

    private final Process process;

    private MailingProcess(Process process) {
        this.process = process;
    }

    /// @param ahead how far the business's clock is ahead of the machine's
    static MailingProcess start(String url, String keysets, int smtpPort, Duration lease, Duration ahead)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")
                        .replace(File.pathSeparator + File.pathSeparator, File.pathSeparator),
                MailingProcess.class.getName()));
        command.addAll(List.of(url, Integer.toString(smtpPort), lease.toString(), ahead.toString()));
        var builder =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
        builder.environment().putAll(Map.of("KEYSETS", keysets));
        return new MailingProcess(builder.start());
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws Exception {
        var context = new AnnotationConfigApplicationContext();
        var clock = Clock.offset(Clock.systemUTC(), Duration.parse(arguments[3]));
        context.registerBean(Clock.class, () -> clock);
        context.registerBean(Keysets.class, () -> Keysets.parse(System.getenv("KEYSETS")));
        context.register(Sealing.class, SignedLinks.class);
        context.refresh();
        var database = new HikariDataSource();
        database.setJdbcUrl(arguments[0]);
        database.setUsername("postgres");
        database.setMaximumPoolSize(CONNECTIONS + 1);
        var newsroom = new NewsroomProperties(
                "Polynya",
                URI.create("http://localhost"),
                null,
                ZoneId.of("Europe/Riga"),
                Colour.of("#0b5a6f"),
                new ByteArrayResource(new byte[] {1}),
                null,
                null,
                new NewsroomProperties.Sender("Reader service", new EmailAddress("post@localhost")),
                Map.of());
        var rig = new MailingRig(
                JdbcClient.create(database),
                new TransactionTemplate(new JdbcTransactionManager(database)),
                context,
                context.getBean(Sealing.class),
                context.getBean(SignedLinks.class),
                newsroom,
                clock,
                null, // its sink refuses nobody
                new Bulletin(500));
        var settings = MailingRig.settings(CONNECTIONS, null, Duration.parse(arguments[2]));
        rig.node(Integer.parseInt(arguments[1]), settings).start();
        var parent = ProcessHandle.current().parent().orElseThrow();
        while (parent.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(500);
        }
        System.exit(0);
    }
}
