package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.demo.DemoDatabase;
import press.mainstay.shared.SettingException;

@FeatureTest
class StripeAccountTests {

    @Autowired
    private DemoDatabase server;

    @Autowired
    private JdbcClient ofTheService;

    @Autowired
    private Clock clock;

    private JdbcClient jdbc;

    @BeforeEach
    void create() {
        var name = "stamp_" + UUID.randomUUID().toString().replace("-", "");
        server.create(name);
        Flyway.configure().dataSource(server.dataSource(name)).load().migrate();
        jdbc = JdbcClient.create(server.dataSource(name));
    }

    @ParameterizedTest
    @CsvSource({
        "sk_test_1, sk_live_1, test, live",
        "sk_test_1, rk_live_1, test, live",
        "sk_live_1, sk_test_1, live, test",
        "rk_live_1, rk_test_1, live, test"
    })
    void moneyOfTheOtherModeIsRefused(String first, String other, String holds, String offered) {
        new StripeAccount(jdbc, with(first), clock);

        assertThatThrownBy(() -> new StripeAccount(jdbc, with(other), clock))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("holds " + holds + " money")
                .hasMessageContaining("a key of " + offered + " mode")
                .hasMessageNotContaining(other);
        assertThat(jdbc.sql("select livemode from stripe_account")
                        .query(Boolean.class)
                        .single())
                .isEqualTo(holds.equals("live"));
    }

    @Test
    void anotherKeyOfTheSameModeIsWelcome() {
        new StripeAccount(jdbc, with("sk_live_1"), clock);

        assertThatCode(() -> new StripeAccount(jdbc, with("rk_live_2"), clock)).doesNotThrowAnyException();
    }

    @Test
    void theRunningServiceHasStampedItsDatabase() {
        assertThatThrownBy(() -> new StripeAccount(ofTheService, with("sk_live_1"), clock))
                .isInstanceOf(SettingException.class);
    }

    private static StripeProperties with(String apiKey) {
        return new StripeProperties(
                apiKey,
                List.of("whsec_1"),
                null,
                URI.create("https://checkout.stripe.com"),
                URI.create("https://billing.stripe.com"),
                Duration.ofMinutes(10),
                5,
                List.of(),
                Map.of(),
                null);
    }
}
