package press.mainstay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import press.mainstay.newsroom.NewsroomProperties;

/// What a reader sees of a failure, and what nobody sees: the doors alone, on a real server, before pages made to fail.
@ExtendWith(OutputCaptureExtension.class)
class ErrorPageTests {

    private static final String INPUT = "anna@example.org";

    @EnableAutoConfiguration(
            exclude = {
                DataSourceAutoConfiguration.class,
                FlywayAutoConfiguration.class,
                UserDetailsServiceAutoConfiguration.class
            },
            excludeName = "com.github.kagkarlsson.scheduler.boot.autoconfigure.DbSchedulerAutoConfiguration")
    @EnableConfigurationProperties({OriginsProperties.class, NewsroomProperties.class})
    @ComponentScan("press.mainstay.newsroom") // the frame of every page
    @Import({WebSecurityConfiguration.class, FailureFilter.class, ErrorPageController.class})
    static class Doors {

        @Bean
        RouterFunction<ServerResponse> pages() {
            return RouterFunctions.route()
                    .GET(
                            "/",
                            _ -> ServerResponse.ok()
                                    .header("Cache-Control", "public, max-age=60")
                                    .body("hello"))
                    .GET(
                            "/language",
                            request -> ServerResponse.ok()
                                    .body(request.param("lang").orElse("")))
                    .GET("/bug", _ -> {
                        throw new IllegalStateException("about " + INPUT, new RuntimeException(INPUT));
                    })
                    .GET("/outage", _ -> {
                        throw new DataAccessResourceFailureException("about " + INPUT);
                    })
                    .POST(
                            "/form",
                            request -> ServerResponse.ok()
                                    .body(request.param("text").orElse("").length() + " characters"))
                    .build();
        }
    }

    private static final HttpClient client = HttpClient.newHttpClient();
    private static ConfigurableApplicationContext doors;
    private static int port;

    @BeforeAll
    static void open() {
        doors = new SpringApplicationBuilder(Doors.class)
                .run(
                        "--server.port=0",
                        "--management.server.port=0",
                        "--management.endpoint.health.validate-group-membership=false", // no database here
                        "--spring.main.banner-mode=off",
                        "--mainstay.newsroom.public-url=https://support.example.org");
        port = ((WebServerApplicationContext) doors).getWebServer().getPort();
    }

    @AfterAll
    static void close() {
        doors.close();
        client.close();
    }

    @Test
    void everyAnswerCarriesTheDoorsHeadersAndNoCookie() {
        var page = send(get("/"));

        assertThat(page.headers().firstValue("Cache-Control")).hasValue("public, max-age=60");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; ")
                .contains(
                        "form-action 'self' https://checkout.stripe.com https://billing.stripe.com;",
                        "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("same-origin");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Cross-Origin-Opener-Policy")).hasValue("same-origin");
        assertThat(page.headers().firstValue("Strict-Transport-Security")).hasValue("max-age=31536000");
        assertThat(page.headers().map()).doesNotContainKeys("set-cookie", "pragma", "expires", "x-frame-options");
    }

    @Test
    void aMissingPageIsSaidInTheReadersLanguage() {
        var english = send(get("/nowhere").header("Accept", "text/html").header("Accept-Language", "en"));
        var russian = send(get("/nowhere").header("Accept", "text/html").header("Accept-Language", "ru"));

        assertThat(english.statusCode()).isEqualTo(404);
        assertThat(english.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(english.headers().firstValue("Content-Security-Policy")).isPresent();
        assertThat(english.body())
                .contains("<h1>There is no page here</h1>", "<title>There is no page here ")
                .doesNotContain("nowhere");
        assertThat(russian.body()).contains("Такой страницы нет");
    }

    @ParameterizedTest(name = "{0} {1} gives {2}")
    @CsvSource({
        "GET,     /staff/,        404",
        "GET,     /account/login, 404",
        "GET,     /actuator/health, 404",
        "GET,     /error,         404",
        "HEAD,    /nowhere,       404",
        "POST,    /nowhere,       404",
        "DELETE,  /form,          404",
        "BREW, /nowhere, 404",
        "GET,     /a//b,          400",
        "GET,     '/a;b=c',       400",
    })
    void everyMethodGetsASaneAnswer(String method, String path, int status, CapturedOutput output) {
        var answer = send(get(path).method(method, BodyPublishers.noBody()).header("Accept", "text/html"));

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
        assertThat(output).doesNotContain("WARN", "ERROR", "\tat ");
    }

    @Test
    void aBugIsKnownByANumberAndQuotesNobody(CapturedOutput output) {
        var page = send(get("/bug").header("Accept", "text/html,*/*;q=0.8"));

        assertThat(page.statusCode()).isEqualTo(500);
        assertThat(page.body()).contains("Something went wrong on our side").doesNotContain(INPUT, "Exception");
        var id = output.getOut().replaceAll("(?s).*Unexpected error (\\w+) at /bug.*", "$1");
        assertThat(id).hasSize(8);
        assertThat(page.body()).contains(id);
        assertThat(output).contains("ErrorPageTests.java").doesNotContain(INPUT);
    }

    @Test
    void aDatabaseThatIsDownIsAskedForPatience(CapturedOutput output) {
        var page = send(get("/outage").header("Accept", "text/html"));

        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("Retry-After")).hasValue("30");
        assertThat(page.body()).contains("Please try again in a minute");
        assertThat(output).contains("DataAccessResourceFailureException").doesNotContain(INPUT, "\tat ");
    }

    @Test
    void programsGetALine() {
        assertThat(send(get("/nowhere")).body())
                .isEqualTo("There is no page here. The address may be mistyped, or the link may have expired.\n");
        var json = send(get("/nowhere").header("Accept", "application/json"));
        assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json;charset=UTF-8");
        assertThat(json.body()).contains("\"title\":\"There is no page here\"");
        assertThat(send(get("/nowhere").header("Accept", "image/png")).statusCode())
                .isEqualTo(404);
        assertThat(send(get("/nowhere").header("Accept", "\"; garbage")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aFormFromElsewhereIsRefusedWithAPage() {
        var page = send(post("text=a").header("Accept", "text/html").header("Sec-Fetch-Site", "cross-site"));

        assertThat(page.statusCode()).isEqualTo(403);
        assertThat(page.body()).contains("The form was sent from another website");
        assertThat(send(post("text=a").header("Sec-Fetch-Site", "same-origin")).body())
                .isEqualTo("1 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text=%", "text=%zz", "%00=%00&text=%e2%28"})
    void aDamagedFormIsNoFailureOfOurs(String body, CapturedOutput output) {
        var page = send(post(body + "&mail=" + INPUT).header("Accept", "text/html"));

        assertThat(page.statusCode()).isLessThan(500);
        assertThat(output).doesNotContain("\tat ").doesNotContain(INPUT);
    }

    @Test
    void aFormTooLargeIsSaidSo(CapturedOutput output) {
        var page = send(post("text=" + "a".repeat(3 << 20)).header("Accept", "text/html"));

        assertThat(page.statusCode()).isEqualTo(413);
        assertThat(page.body()).contains("This is too long");
        assertThat(output).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /\u0000 HTTP/1.1",
                "GET /%00 HTTP/1.1",
                "GET /%zz HTTP/1.1",
                "GET /a%2fb HTTP/1.1",
                "GET /../../etc/passwd HTTP/1.1",
                "GET /language?lang=%zz HTTP/1.1",
                "GET /language?lang=%00&%ff=anna@example.org&% HTTP/1.1",
                "GET /nowhere?lang=%zz HTTP/1.1",
                "GET /<anna@example.org> HTTP/1.1",
                "G@T / HTTP/1.1",
                "GET / HTTP/9.9",
                "TRACE / HTTP/1.1",
                "CONNECT anna@example.org:1 HTTP/1.1",
                "what is this",
            })
    void whatIsNoRequestIsRefusedWithoutAWord(String line, CapturedOutput output) throws IOException {
        var answer = raw(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .matches("(?s)HTTP/1.1 (4..|501|505) .*")
                .doesNotContain("anna", "Tomcat", "\tat ", "Exception");
        assertThat(output).doesNotContain("anna", "\tat ", "WARN", "ERROR");
    }

    @Test
    void hugeHeadersAreRefused(CapturedOutput output) throws IOException {
        var answer = raw("GET / HTTP/1.1\r\nHost: localhost\r\nX-Mail: " + (INPUT + " ").repeat(2000) + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain(INPUT, "Tomcat");
        assertThat(output).doesNotContain(INPUT, "\tat ");
    }

    private static HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private static HttpRequest.Builder post(String body) {
        return get("/form")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// What no client library would send.
    private static String raw(String request) throws IOException {
        try (var socket = new Socket("localhost", port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
