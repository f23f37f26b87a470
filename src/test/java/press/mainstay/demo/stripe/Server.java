package press.mainstay.demo.stripe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.Faults.Kind;
import wiremock.org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The wire: WireMock answers on this machine only, and does to an answer what a fault asks for.
final class Server implements ResponseDefinitionTransformerV2, AutoCloseable {

    private static final int PIECES = 20;
    private static final int WAITING = 1024;

    private final WireMockServer server;
    private final URI url;
    private final Api api;
    private final HostedPages pages;
    private final Faults faults;

    Server(int port, Api api, HostedPages pages, Faults faults) {
        this.api = api;
        this.pages = pages;
        this.faults = faults;
        server = new WireMockServer(options()
                .bindAddress("127.0.0.1")
                .port(port)
                .http2PlainDisabled(true)
                .disableRequestJournal()
                .jettyAcceptQueueSize(WAITING)
                .threadPoolFactory(_ -> {
                    var threads = new QueuedThreadPool(20);
                    threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
                    return threads;
                })
                .extensions(this));
        server.start();
        url = URI.create("http://localhost:" + server.port());
        server.stubFor(any(anyUrl()).willReturn(aResponse()));
    }

    URI url() {
        return url;
    }

    @Override
    public String getName() {
        return "stripe";
    }

    @Override
    public ResponseDefinition transform(ServeEvent event) {
        var request = event.getRequest();
        var url = request.getUrl();
        int query = url.indexOf('?');
        var path = query < 0 ? url : url.substring(0, query);
        var post = request.getMethod().getName().equals("POST");
        var params = Params.parse(post ? request.getBodyAsString() : query < 0 ? "" : url.substring(query + 1));
        var method = request.getMethod().getName();
        if (!path.startsWith("/v1/")) {
            return respond(pages.answer(method, path, params), null);
        }
        var fault = faults.strike(method, path);
        if (fault != null && fault.kind() == Kind.RESET) {
            return reset();
        }
        if (fault != null && fault.kind() == Kind.BROKEN_WITHOUT_BODY) {
            return aResponse().withStatus(500).build();
        }
        if (fault != null && fault.kind() == Kind.HTML) {
            return respond(Answer.html(200, "<!doctype html><title>Welcome</title><p>Please accept our terms."), null);
        }
        var answer = api.answer(
                new Call(
                        method,
                        path,
                        params,
                        header(request, "Authorization"),
                        header(request, "Stripe-Version"),
                        header(request, "Idempotency-Key")),
                fault);
        return fault != null && fault.kind() == Kind.LOST_RESPONSE ? reset() : respond(answer, fault);
    }

    private static ResponseDefinition reset() {
        return aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER).build();
    }

    private static ResponseDefinition respond(Answer answer, Faults.@Nullable Fault fault) {
        var response = aResponse()
                .withStatus(answer.status())
                .withHeader("Content-Type", answer.contentType())
                .withBody(answer.body());
        answer.headers().forEach(response::withHeader);
        if (fault != null && fault.kind() == Kind.SLOW) {
            response.withFixedDelay(millis(fault.time()));
        }
        if (fault != null && fault.kind() == Kind.DRIP) {
            response.withChunkedDribbleDelay(PIECES, millis(fault.time()));
        }
        return response.build();
    }

    private static int millis(Duration time) {
        return Math.toIntExact(time.toMillis());
    }

    private static @Nullable String header(Request request, String name) {
        return request.containsHeader(name) ? request.getHeader(name) : null;
    }

    @Override
    public void close() {
        server.stop();
    }
}
