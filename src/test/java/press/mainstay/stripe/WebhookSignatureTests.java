package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.net.Webhook;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTests {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final byte[] BODY = "{\"id\":\"evt_1\",\"name\":\"Анна\"}".getBytes(StandardCharsets.UTF_8);

    private static String signed(String secret, Instant at) throws Exception {
        var text = at.getEpochSecond() + "." + new String(BODY, StandardCharsets.UTF_8);
        return "t=" + at.getEpochSecond() + ",v1=" + Webhook.Util.computeHmacSha256(secret, text);
    }

    private static boolean matches(byte[] body, @Nullable String header, List<String> secrets, Instant now) {
        return WebhookSignature.check(body, header, secrets, now).matches();
    }

    @Test
    void everySecretInForceIsAccepted() throws Exception {
        var secrets = List.of("whsec_new", "whsec_old");

        assertThat(matches(BODY, signed("whsec_old", NOW), secrets, NOW)).isTrue();
        assertThat(matches(BODY, signed("whsec_new", NOW), secrets, NOW)).isTrue();
        assertThat(matches(BODY, signed("whsec_other", NOW), secrets, NOW)).isFalse();
        assertThat(matches(BODY, signed("whsec_new", NOW) + ",v1=00,v0=x", secrets, NOW))
                .isTrue();
    }

    @Test
    void aChangedBodyIsRefused() throws Exception {
        var header = signed("whsec_1", NOW);
        var changed = BODY.clone();
        changed[3]++;

        assertThat(matches(changed, header, List.of("whsec_1"), NOW)).isFalse();
    }

    @Test
    void theTimeMayBeFiveMinutesOffInEitherDirection() throws Exception {
        var secrets = List.of("whsec_1");

        for (var seconds : new int[] {-300, -1, 0, 1, 300}) {
            assertThat(matches(BODY, signed("whsec_1", NOW.plusSeconds(seconds)), secrets, NOW))
                    .as("%s s", seconds)
                    .isTrue();
        }
        for (var seconds : new int[] {-86_400, -301, 301, 86_400}) {
            assertThat(matches(BODY, signed("whsec_1", NOW.plusSeconds(seconds)), secrets, NOW))
                    .as("%s s", seconds)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "t",
                "t=",
                "v1",
                "t=abc,v1=00",
                "t=99999999999999999999,v1=00",
                "t=9223372036854775807,v1=00",
                "v0=00",
                "t=1795435200",
                "t=1795435200,v1",
                ",,,,",
                "t=-1,v1=ü"
            })
    void aMalformedHeaderIsRefusedAndThrowsNothing(String header) {
        assertThat(matches(BODY, header, List.of("whsec_1"), NOW)).isFalse();
        assertThat(matches(BODY, ",".repeat(100_000), List.of("whsec_1"), NOW)).isFalse();
    }
}
