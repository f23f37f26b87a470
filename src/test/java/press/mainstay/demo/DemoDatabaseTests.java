package press.mainstay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class DemoDatabaseTests {

    /// A demo that gets no chance to tidy up. In source, since `spring-boot:test-run` looks for the only main method.
    private static final String KILLED = """
            import java.nio.file.*;
            import org.springframework.jdbc.core.simple.JdbcClient;
            import press.mainstay.demo.DemoDatabase;

            void main(String[] folder) throws Exception {
                var database = DemoDatabase.in(Path.of(folder[0]));
                JdbcClient.create(database.dataSource("mainstay"))
                        .sql("create table kept as select 'committed' as word")
                        .update();
                Files.createFile(Path.of(folder[0], "ready"));
                Thread.currentThread().join();
            }
            """;

    @TempDir
    Path folder;

    @Test
    void dataSurviveARestart() {
        try (var database = DemoDatabase.in(folder)) {
            mainstay(database).sql("create table kept (word text)").update();
            mainstay(database).sql("insert into kept values ('still here')").update();
        }

        try (var database = DemoDatabase.in(folder)) {
            assertThat(mainstay(database)
                            .sql("select word from kept")
                            .query(String.class)
                            .single())
                    .isEqualTo("still here");
        }
    }

    @Test
    void twoDemosDoNotShareOneFolder() {
        try (var _ = DemoDatabase.in(folder)) {
            assertThatThrownBy(() -> DemoDatabase.in(folder))
                    .isInstanceOf(DemoException.class)
                    .hasMessageContaining("Another demo is running");
        }
    }

    @Test
    void aServerLeftByAKilledDemoIsReplaced() throws Exception {
        var source = Files.writeString(folder.resolve("Killed.java"), KILLED);
        var killed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("killed.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(folder.resolve("ready")));
        var orphan = ProcessHandle.of(postmaster()).orElseThrow();
        killed.destroyForcibly().waitFor();
        assertThat(orphan.isAlive()).isTrue();

        try (var database = DemoDatabase.in(folder)) {
            assertThat(running(orphan)).isFalse();
            assertThat(mainstay(database)
                            .sql("select word from kept")
                            .query(String.class)
                            .single())
                    .isEqualTo("committed");
        }
    }

    @Test
    void aStalePidFileIsNoObstacleEvenIfItsNumberIsTakenByAnotherProgram() throws IOException {
        DemoDatabase.in(folder).close();
        var self = ProcessHandle.current().pid();
        Files.writeString(
                folder.resolve("postgres/postmaster.pid"),
                self + "\n" + folder.resolve("postgres") + "\n1700000000\n5432\n\nlocalhost\n");

        try (var database = DemoDatabase.in(folder)) {
            assertThat(mainstay(database).sql("select 1").query(Integer.class).single())
                    .isEqualTo(1);
        }
    }

    @Test
    void aFirstStartThatWasCutShortIsBegunAnew() throws IOException {
        Files.createDirectories(folder.resolve("postgres"));
        Files.writeString(folder.resolve("postgres/postgresql.conf"), "");

        try (var database = DemoDatabase.in(folder)) {
            assertThat(mainstay(database).sql("select 1").query(Integer.class).single())
                    .isEqualTo(1);
        }
    }

    @Test
    void aTestGetsACopyOfItsOwn() {
        try (var database = DemoDatabase.temporary()) {
            database.create("template");
            JdbcClient.create(database.dataSource("template"))
                    .sql("create table kept (word text)")
                    .update();

            var copy = JdbcClient.create(database.dataSource(database.clone("template")));

            assertThat(copy.sql("select count(*) from kept").query(Long.class).single())
                    .isZero();
        }
    }

    private static JdbcClient mainstay(DemoDatabase database) {
        return JdbcClient.create(database.dataSource(DemoDatabase.MAINSTAY));
    }

    private long postmaster() throws IOException {
        return Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid"))
                .getFirst()
                .strip());
    }

    /// A process that has ended but that nobody has asked about still counts as alive; it has no command any more.
    private static boolean running(ProcessHandle process) {
        return process.isAlive() && process.info().commandLine().isPresent();
    }
}
