package press.mainstay;

import java.net.URI;
import java.util.Locale;

/// Where a page comes from, as browsers compare it: `https://support.example.org`.
record Origin(String scheme, String host, int port) {

    /// @throws IllegalArgumentException if this is no origin of the web, such as `null`, or has a path behind it
    static Origin of(String text) {
        var uri = URI.create(text.strip());
        if (uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || !(uri.getRawPath() == null
                        || uri.getRawPath().isEmpty()
                        || uri.getRawPath().equals("/"))) {
            throw new IllegalArgumentException("An origin is a scheme, a host and perhaps a port, nothing more");
        }
        return of(uri);
    }

    /// The origin of a page at this address.
    static Origin of(URI address) {
        if (address.getScheme() == null || address.getHost() == null) {
            throw new IllegalArgumentException("An origin starts with https:// or http:// and names a host");
        }
        var scheme = address.getScheme().toLowerCase(Locale.ROOT);
        var port = switch (scheme) {
            case "https" -> 443;
            case "http" -> 80;
            default -> throw new IllegalArgumentException("An origin starts with https:// or http://");
        };
        return new Origin(
                scheme, address.getHost().toLowerCase(Locale.ROOT), address.getPort() == -1 ? port : address.getPort());
    }
}
