package press.mainstay.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.web.MockHttpServletRequest;

class ProxyPropertiesTests {

    @Test
    void whereNoProxyIsNamedNoneIsBelieved() {
        assertThat(reader("", "127.0.0.1")).isEqualTo("127.0.0.1");
    }

    @Test
    void networksAndAddressesOfBothKindsAreTakenApart() {
        var proxies = "192.0.2.7, 2400:cb00::/32";

        assertThat(reader(proxies, "192.0.2.7")).isEqualTo("203.0.113.9");
        assertThat(reader(proxies, "192.0.2.8")).isEqualTo("192.0.2.8");
        assertThat(reader(proxies, "2400:cb00::1")).isEqualTo("203.0.113.9");
        assertThat(reader(proxies, "36.0.203.0")).as("the bytes of 2400:cb00").isEqualTo("36.0.203.0");
    }

    @Test
    void whatIsNoNetworkStopsTheStartAndIsNamed() {
        assertThatException()
                .isThrownBy(() -> reader("10.0.0.0/33", "10.0.0.1"))
                .isInstanceOf(BindException.class)
                .withMessageContaining("mainstay.trusted-proxies");
    }

    private static String reader(String proxies, String peer) {
        var settings = new MapConfigurationPropertySource(Map.of("mainstay.trusted-proxies", proxies));
        var request = new MockHttpServletRequest();
        request.setRemoteAddr(peer);
        request.addHeader("X-Forwarded-For", "203.0.113.9");
        return new Binder(settings)
                .bindOrCreate("mainstay", ProxyProperties.class)
                .reader(request)
                .getHostAddress();
    }
}
