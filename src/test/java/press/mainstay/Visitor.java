package press.mainstay;

import static java.net.URLEncoder.encode;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Someone at the service's door, with a browser that keeps cookies, runs no script and follows no redirect by itself.
public final class Visitor {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI origin;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final Map<String, String> headers = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .cookieHandler(cookies)
            .build();

    /// What came back.
    public record Answer(int status, HttpHeaders headers, String body) {

        public Optional<String> header(String name) {
            return headers.firstValue(name);
        }

        /// Where a redirect leads.
        public URI location() {
            return URI.create(header("Location")
                    .orElseThrow(() -> new AssertionError("Status " + status + " without a Location")));
        }
    }

    public Visitor(URI origin) {
        this.origin = origin;
    }

    /// Where the service is, without a slash at the end.
    public URI origin() {
        return origin;
    }

    /// Sends this header with every request from now on, such as `Accept-Language` or `Sec-Fetch-Site`.
    public Visitor with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    public List<HttpCookie> cookies() {
        return cookies.getCookieStore().getCookies();
    }

    /// @param path a path of the service with its query, or a whole address elsewhere
    public Answer get(String path) {
        return send("GET", path, null, BodyPublishers.noBody());
    }

    public Answer head(String path) {
        return send("HEAD", path, null, BodyPublishers.noBody());
    }

    /// Sends a form.
    public Answer post(String path, Map<String, String> form) {
        var body = form.entrySet().stream()
                .map(field -> encode(field.getKey(), UTF_8) + "=" + encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return post(path, "application/x-www-form-urlencoded", body);
    }

    public Answer post(String path, String contentType, String body) {
        return send("POST", path, contentType, BodyPublishers.ofString(body));
    }

    private Answer send(String method, String path, @Nullable String contentType, BodyPublisher body) {
        var request =
                HttpRequest.newBuilder(origin.resolve(path)).timeout(PATIENCE).method(method, body);
        headers.forEach(request::setHeader);
        if (contentType != null) {
            request.setHeader("Content-Type", contentType);
        }
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }
}
