package press.mainstay.stripe;

import com.stripe.net.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;

/// Delivers events as Stripe does, one at a time and just as the test words them.
public final class Webhooks {

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI endpoint;
    private final String secret;

    public Webhooks(URI service, String secret) {
        this.endpoint = service.resolve("/webhooks/stripe");
        this.secret = secret;
    }

    /// @return the status that Stripe gets
    public int deliver(String event) {
        return deliver(event, Instant.now());
    }

    int deliver(String event, Instant signedAt) {
        try {
            var signature = Webhook.Util.computeHmacSha256(secret, signedAt.getEpochSecond() + "." + event);
            return post(event.getBytes(StandardCharsets.UTF_8), "t=" + signedAt.getEpochSecond() + ",v1=" + signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    int post(byte[] body, String signature) {
        var request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Stripe-Signature", signature)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
