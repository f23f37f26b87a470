package press.mainstay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.shared.SettingException;

/// What a person sees who starts the service with settings that cannot work.
@ExtendWith(OutputCaptureExtension.class)
class SettingsTests {

    private static final Map<String, String> GOOD = Map.of(
            "spring.datasource.url", "jdbc:postgresql://db.example:5432/mainstay",
            "spring.datasource.username", "mainstay",
            "mainstay.stripe.api-key", "sk_live_1",
            "mainstay.stripe.webhook-secrets", "whsec_1,whsec_2",
            "spring.mail.host", "smtp.example",
            "mainstay.newsroom.public-url", "https://support.example.org",
            "mainstay.sealing.keysets-file", "/run/secrets/mainstay-keysets");

    @Import(SettingsConfiguration.class)
    static class Settings {}

    @Test
    void goodSettingsStart(CapturedOutput output) {
        start(GOOD);

        assertThat(output).doesNotContain("APPLICATION FAILED TO START");
    }

    @Test
    void allThatIsMissingIsNamedAtOnce(CapturedOutput output) {
        var settings = new HashMap<String, String>();
        GOOD.keySet().forEach(key -> settings.put(key, ""));

        start(settings);

        assertThat(output)
                .contains("Settings are missing: SPRING_DATASOURCE_URL, SPRING_DATASOURCE_USERNAME, STRIPE_API_KEY,"
                        + " SPRING_MAIL_HOST, MAINSTAY_PUBLIC_URL, MAINSTAY_KEYSETS or MAINSTAY_KEYSETS_FILE.")
                .contains("jdbc:postgresql://localhost:5432/mainstay")
                .contains("java -jar mainstay.jar keysets")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest(name = "{0}={1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            spring.mail.host                | ''                      | A setting is missing: SPRING_MAIL_HOST.
            spring.datasource.url           | postgres://db/mainstay  | SPRING_DATASOURCE_URL is no address of a PostgreSQL database.
            mainstay.stripe.webhook-secrets | ''                      | A setting is missing: STRIPE_WEBHOOK_SECRETS.
            mainstay.stripe.webhook-secrets | sk_test_secret          | STRIPE_WEBHOOK_SECRETS holds an API key.
            mainstay.stripe.api-key         | pk_live_1               | STRIPE_API_KEY is a publishable key
            mainstay.stripe.api-base        | http://localhost:12111  | STRIPE_API_KEY is a live key, but STRIPE_API_BASE names a stand-in
            mainstay.newsroom.public-url    | support.example.org     | MAINSTAY_PUBLIC_URL is not an absolute address
            mainstay.newsroom.public-url    | /support                | MAINSTAY_PUBLIC_URL is not an absolute address
            mainstay.newsroom.public-url    | ftp://example.org       | MAINSTAY_PUBLIC_URL is not an absolute address
            mainstay.newsroom.public-url    | http://example.org      | MAINSTAY_PUBLIC_URL starts with http://, but STRIPE_API_KEY is a live key.
            mainstay.sealing.keysets        | {}                      | Both MAINSTAY_KEYSETS and MAINSTAY_KEYSETS_FILE are set.
            mainstay.origins                | https://a.example,b     | MAINSTAY_ORIGINS holds what is no origin: b.
            mainstay.origins                | https://a.example/page  | MAINSTAY_ORIGINS holds what is no origin: https://a.example/page.
            """)
    void aWrongSettingIsToldInASentence(String key, String value, String sentence, CapturedOutput output) {
        start(with(key, value));

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(sentence)
                .doesNotContain("sk_live_1")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            mainstay.newsroom.public-url | http://localhost:8080
            mainstay.newsroom.public-url | http://examplenews.onion
            mainstay.origins             | https://www.example.org/, http://examplenews.onion
            """)
    void whatIsRightStarts(String key, String value, CapturedOutput output) {
        start(with(key, value));

        assertThat(output).doesNotContain("APPLICATION FAILED TO START");
    }

    @Test
    void aTestKeyNeedsNoWebhookAndMayMeetAStandIn(CapturedOutput output) {
        var settings = with("mainstay.stripe.api-key", "sk_test_1");
        settings.put("mainstay.stripe.webhook-secrets", "");
        settings.put("mainstay.stripe.api-base", "http://localhost:12111");
        settings.put("mainstay.newsroom.public-url", "http://staging.example.org");

        start(settings);

        assertThat(output).doesNotContain("APPLICATION FAILED TO START");
    }

    static class Canary {
        @Bean
        Object canary() {
            throw new BeanCreationException(
                    "nested", new SettingException("The keysets are wrong.", "Set the right ones."));
        }
    }

    @Test
    void aSettingFoundWrongLaterIsToldTheSameWay(CapturedOutput output) {
        start(Map.of(), Canary.class);

        assertThat(output)
                .contains("The keysets are wrong.", "Set the right ones.")
                .doesNotContain("\tat ");
    }

    @ImportAutoConfiguration(DataSourceAutoConfiguration.class)
    static class Database {
        @Bean
        Object query(javax.sql.DataSource database) {
            return JdbcClient.create(database)
                    .sql("select 1")
                    .query(Integer.class)
                    .single();
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsNamedWithoutItsPassword(CapturedOutput output) throws Exception {
        int closed;
        try (var socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }

        start(
                Map.of(
                        "spring.datasource.url", "jdbc:postgresql://localhost:" + closed + "/mainstay?password=hunter2",
                        "spring.datasource.username", "mainstay",
                        "spring.datasource.hikari.connection-timeout", "1000"),
                Database.class);

        assertThat(output)
                .contains("The database at localhost:" + closed + "/mainstay does not answer.")
                .contains("SPRING_DATASOURCE_URL")
                .doesNotContain("hunter2")
                .doesNotContain("\tat ");
    }

    private static Map<String, String> with(String key, String value) {
        var settings = new HashMap<>(GOOD);
        settings.put(key, value);
        return settings;
    }

    private static void start(Map<String, String> settings) {
        start(settings, Settings.class);
    }

    private static void start(Map<String, String> settings, Class<?> configuration) {
        var arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off"));
        settings.forEach((key, value) -> arguments.add("--" + key + "=" + value));
        try {
            new SpringApplicationBuilder(configuration)
                    .web(WebApplicationType.NONE)
                    .run(arguments.toArray(String[]::new))
                    .close();
        } catch (RuntimeException _) {
            // told in the log, which is what these tests read
        }
    }
}
