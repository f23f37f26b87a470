package press.mainstay.demo;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import press.mainstay.App;
import press.mainstay.sealing.Keysets;

/// The whole service on one machine, to look at and to work on: `./mvnw spring-boot:test-run`.
public final class DemoApplication {

    private static final Path DATA = Path.of("demo-data");
    private static final int PORT = 8080;
    private static final int MANAGEMENT_PORT = 8081;
    private static final int SIMULATOR_PORT = 12111;

    private DemoApplication() {}

    public static void main(String[] args) {
        try {
            start(args);
        } catch (DemoException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void start(String[] args) {
        var apiKey = testKey(System.getenv("STRIPE_API_KEY"));
        var port = Optional.ofNullable(System.getenv("SERVER_PORT"))
                .map(Integer::valueOf)
                .orElse(PORT);
        if (!free(port)) {
            throw new DemoException("Port " + port + " is in use: stop what listens there, or choose another one with"
                    + " SERVER_PORT=8090 ./mvnw spring-boot:test-run");
        }
        // else everything that starts before Spring Boot logs at its lowest level
        LoggingSystem.get(DemoApplication.class.getClassLoader()).beforeInitialize();

        var surroundings = surroundings(apiKey)
                .set("server.port", port)
                .set("management.server.port", free(MANAGEMENT_PORT) ? MANAGEMENT_PORT : 0)
                .set("mainstay.newsroom.public-url", "http://localhost:" + port)
                .set("mainstay.sealing.keysets-file", keysets().toString());
        var application = new SpringApplication(App.class, DemoConfiguration.class);
        application.addInitializers(surroundings::attachTo);
        System.out.println(welcome(run(application, args).getEnvironment(), surroundings));
    }

    private static ConfigurableApplicationContext run(SpringApplication application, String[] args) {
        try {
            return application.run(args);
        } catch (RuntimeException e) {
            // Spring Boot has said why; a thread of the half-started service could keep the JVM alive
            System.exit(1);
            throw e;
        }
    }

    private static Surroundings surroundings(@Nullable String apiKey) {
        if (apiKey != null) {
            // Stripe's objects and the simulator's have nothing to do with each other
            var server = DemoDatabase.in(DATA.resolve("stripe-test-mode"));
            return Surroundings.withStripe(server, DemoDatabase.MAINSTAY, DemoDatabase.DEMO, apiKey);
        }
        var server = DemoDatabase.in(DATA);
        var port = free(SIMULATOR_PORT) ? SIMULATOR_PORT : 0;
        return Surroundings.played(server, DemoDatabase.MAINSTAY, DemoDatabase.DEMO, port);
    }

    /// @return the key of Stripe's test mode, or null to play Stripe
    private static @Nullable String testKey(@Nullable String apiKey) {
        if (apiKey == null || apiKey.isBlank()) {
            return null;
        }
        if (!apiKey.startsWith("sk_test_") && !apiKey.startsWith("rk_test_")) {
            throw new DemoException(
                    "STRIPE_API_KEY is no key of Stripe's test mode, and the demo takes no other: unset it,"
                            + " or set one that begins with sk_test_");
        }
        return apiKey;
    }

    private static boolean free(int port) {
        try (var _ = new ServerSocket(port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// The keys that seal the demo's data: made once, and lost with the folder.
    private static Path keysets() {
        var file = DATA.resolve("keysets.json");
        if (!Files.exists(file)) {
            try {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(file, Keysets.generate().toJson());
            } catch (IOException e) {
                throw new DemoException("The demo's keys cannot be written to " + file + ": " + e);
            }
        }
        return file;
    }

    private static String welcome(Environment environment, Surroundings surroundings) {
        var service = "http://localhost:" + environment.getProperty("local.server.port");
        var management = "http://localhost:" + environment.getProperty("local.management.port");
        return """

                  Mainstay is running. No money moves, and no mail leaves this machine.

                    Support page     %s/
                    Inbox            %s/demo/inbox
                    Clock            %s/demo
                    Stripe           %s
                    Health           %s/actuator/health

                  Ctrl-C stops it. The data stay in demo-data and are there again next time;
                  rm -rf demo-data wipes them.
                """.formatted(service, service, service, surroundings.stripeAddress(), management);
    }
}
