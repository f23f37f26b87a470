package press.mainstay.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.util.NetMask;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Who may say in whose name it asks.
///
/// @param trustedProxies networks of our own reverse proxies: `10.0.0.0/8`, `::1`
@ConfigurationProperties("mainstay")
record ProxyProperties(@DefaultValue List<NetMask> trustedProxies) {

    /// Follows `X-Forwarded-For` from the right, hop by hop, for as long as the hop is a proxy of ours: what
    /// stands further to the left anybody can have written. `Forwarded` is not read: a proxy that writes the one
    /// header hands the other on as the reader sent it.
    InetAddress reader(HttpServletRequest request) {
        var reader = address(request.getRemoteAddr()).orElseGet(InetAddress::getLoopbackAddress);
        var hops = String.join(",", Collections.list(request.getHeaders("X-Forwarded-For")))
                .split(",");
        for (var hop : List.of(hops).reversed()) {
            var said = isTrusted(reader) ? address(hop) : Optional.<InetAddress>empty();
            if (said.isEmpty()) {
                break;
            }
            reader = said.get();
        }
        return reader;
    }

    private boolean isTrusted(InetAddress address) {
        return trustedProxies.stream().anyMatch(proxy -> proxy.matches(address));
    }

    /// Never asks the DNS. Some proxies add a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static Optional<InetAddress> address(String text) {
        var literal = text.strip().replaceFirst("^\\[(.*)](:\\d+)?$", "$1").replaceFirst("^([^:]*):\\d+$", "$1");
        try {
            return Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
