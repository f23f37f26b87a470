package press.mainstay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import press.mainstay.demo.DemoDatabase;
import press.mainstay.demo.Surroundings;
import press.mainstay.guard.TrialForm;
import press.mainstay.sealing.Keysets;

/// How `FeatureTest` starts the service. Without a stereotype, as component scan passes here too.
public class FeatureTestConfiguration {

    public static final String MAIL_WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    public static final String MAILGUN_KEY = "key-of-the-newsroom";

    @Bean
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    Visitor visitor(Environment environment) {
        return new Visitor(URI.create("http://localhost:" + environment.getRequiredProperty("local.server.port")));
    }

    @Bean
    RouterFunction<ServerResponse> trialForm(BeanFactory beans) {
        return TrialForm.routes(beans);
    }

    static class Start implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        private static final AtomicInteger services = new AtomicInteger();

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            LogTape.run();
            Awaitility.setDefaultPollDelay(Duration.ZERO);
            Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
            var number = services.incrementAndGet();
            var server = Server.RUNNING;
            var mainstay = DemoDatabase.MAINSTAY + number;
            var demo = DemoDatabase.DEMO + number;
            server.create(mainstay);
            server.create(demo);
            // chosen here, so that links in letters lead to it
            var port = freePort();
            Surroundings.played(server, mainstay, demo, 0)
                    .set("server.port", port)
                    .set("mainstay.newsroom.public-url", "http://localhost:" + port)
                    .set("mainstay.newsroom.website", "https://polynya.example")
                    .set("mainstay.mail.bounce-address", "bounce@polynya.example")
                    .set("mainstay.mail.webhook.secrets", MAIL_WEBHOOK_SECRET)
                    .set("mainstay.mail.webhook.mailgun-key", MAILGUN_KEY)
                    .set("mainstay.guard.posts-per-hour", 100_000) // all tests come from one network
                    .set("mainstay.guard.posts-per-hour-without-proof", 100_000)
                    .set("mainstay.sealing.keysets", Keysets.generate().toJson())
                    .attachTo(context);
        }

        /// Below those that the system gives away by itself, on this machine meanwhile to others.
        private static int freePort() {
            while (true) {
                try (var socket = new ServerSocket(ThreadLocalRandom.current().nextInt(20_000, 32_000))) {
                    return socket.getLocalPort();
                } catch (BindException _) {
                    // somebody has it
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /// Started with the first service of this JVM; in benchmarks its commits reach the disk.
    private static final class Server {

        static final DemoDatabase RUNNING = DemoDatabase.temporary(Boolean.getBoolean("bench"));
    }
}
