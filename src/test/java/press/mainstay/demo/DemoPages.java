package press.mainstay.demo;

import static org.springframework.web.servlet.function.RouterFunctions.route;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/// The demo's own pages below `/demo`: captured mail, and the clock. Everything there is also JSON, by `Accept`.
final class DemoPages {

    /// A year takes a minute or two; nobody wants to wait for more.
    private static final Duration FARTHEST = Duration.ofDays(800);

    private static final DateTimeFormatter DATE_AND_TIME = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final Pattern LINK = Pattern.compile("https?://[^\\s<>\"]*[^\\s<>\".,;:!?)]");

    private static final String POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self';"
            + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// A letter brings its own styles and may do nothing else; its links open in the whole window.
    private static final String LETTER_POLICY = "sandbox allow-top-navigation-by-user-activation; default-src 'none';"
            + " style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'";

    private final DemoMail mail;
    private final DemoClock clock;
    private final TimeMachine machine;
    private final @Nullable URI simulator;

    DemoPages(DemoMail mail, DemoClock clock, TimeMachine machine, @Nullable URI simulator) {
        this.mail = mail;
        this.clock = clock;
        this.machine = machine;
        this.simulator = simulator;
    }

    /// A piece of a plain text, that may be an address on the web.
    record Piece(String text, boolean link) {}

    RouterFunction<ServerResponse> routes() {
        return route().GET("/demo", this::index)
                .POST("/demo/clock", this::move)
                .GET("/demo/inbox", this::inbox)
                .GET("/demo/inbox/{number:\\d{1,18}}", this::letter)
                .GET("/demo/inbox/{number:\\d{1,18}}/html", this::html)
                .build();
    }

    private ServerResponse index(ServerRequest request) {
        if (wants(request, MediaType.APPLICATION_JSON)) {
            return json(HttpStatus.OK, Map.of("now", clock.instant()));
        }
        var model = new HashMap<String, Object>();
        model.put("movable", machine.canMove());
        if (simulator != null) {
            model.put("simulator", simulator);
        }
        return page("demo/index", model);
    }

    private ServerResponse move(ServerRequest request) {
        if (!machine.canMove()) {
            return refusal(
                    request,
                    HttpStatus.CONFLICT,
                    "The clock cannot be moved: Stripe's test mode is in use, and it has its own time.");
        }
        Optional<TemporalAmount> amount;
        try {
            amount = request.param("plus").map(DemoPages::amount);
        } catch (DateTimeParseException | ArithmeticException _) {
            amount = Optional.empty();
        }
        var now = clock.instant();
        var target = amount.map(plus -> now.atZone(ZoneOffset.UTC).plus(plus).toInstant());
        if (target.isEmpty() || !target.get().isAfter(now) || target.get().isAfter(now.plus(FARTHEST))) {
            return refusal(
                    request,
                    HttpStatus.BAD_REQUEST,
                    "Say how far to move as plus=P1D, P1W, P1M, P1Y or PT6H: forward, and at most two years at a time.");
        }
        Instant reached;
        try {
            reached = machine.advanceTo(target.get());
        } catch (DemoException e) {
            return refusal(request, HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        }
        return wants(request, MediaType.TEXT_HTML)
                ? ServerResponse.seeOther(URI.create("/demo")).build()
                : json(HttpStatus.OK, Map.of("now", reached));
    }

    private ServerResponse inbox(ServerRequest request) {
        var letters = mail.letters();
        return wants(request, MediaType.APPLICATION_JSON)
                ? json(HttpStatus.OK, letters)
                : page("demo/inbox", Map.of("letters", letters));
    }

    private ServerResponse letter(ServerRequest request) {
        var found = find(request);
        if (found.isEmpty()) {
            return refusal(request, HttpStatus.NOT_FOUND, "There is no such letter.");
        }
        var letter = found.get();
        return wants(request, MediaType.APPLICATION_JSON)
                ? json(HttpStatus.OK, letter)
                : page("demo/letter", Map.of("letter", letter, "text", pieces(letter.text())));
    }

    private ServerResponse html(ServerRequest request) {
        var html = find(request).map(DemoMail.Letter::html);
        if (html.isEmpty()) {
            return refusal(request, HttpStatus.NOT_FOUND, "There is no such letter in HTML.");
        }
        return ServerResponse.ok()
                .header("Content-Security-Policy", LETTER_POLICY)
                .contentType(new MediaType("text", "html", StandardCharsets.UTF_8))
                .body(withTopLinks(html.get()));
    }

    private Optional<DemoMail.Letter> find(ServerRequest request) {
        return mail.letter(Long.parseLong(request.pathVariable("number")));
    }

    /// Links would open in the frame, where the service's own pages refuse to be shown.
    private static String withTopLinks(String html) {
        var base = "<base target=\"_top\">";
        return html.contains("<head>") ? html.replaceFirst("<head>", "<head>" + base) : base + html;
    }

    private static List<Piece> pieces(@Nullable String text) {
        var all = new ArrayList<Piece>();
        if (text != null) {
            var link = LINK.matcher(text);
            var end = 0;
            while (link.find()) {
                all.add(new Piece(text.substring(end, link.start()), false));
                all.add(new Piece(link.group(), true));
                end = link.end();
            }
            all.add(new Piece(text.substring(end), false));
        }
        return all;
    }

    private static TemporalAmount amount(String plus) {
        return plus.contains("T") ? Duration.parse(plus) : Period.parse(plus);
    }

    private ServerResponse page(String template, Map<String, ?> more) {
        return page(HttpStatus.OK, template, more);
    }

    private ServerResponse page(HttpStatus status, String template, Map<String, ?> more) {
        var model = new HashMap<String, Object>(more);
        model.put("now", DATE_AND_TIME.format(clock.instant()));
        model.put("dates", DATE_AND_TIME);
        return ServerResponse.status(status)
                .header("Content-Security-Policy", POLICY)
                .header("Cache-Control", "no-store")
                .render(template, model);
    }

    private ServerResponse refusal(ServerRequest request, HttpStatus status, String sentence) {
        return wants(request, MediaType.TEXT_HTML)
                ? page(status, "demo/refusal", Map.of("sentence", sentence))
                : json(status, Map.of("error", sentence));
    }

    private static ServerResponse json(HttpStatus status, Object body) {
        return ServerResponse.status(status)
                .header("Cache-Control", "no-store")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }

    /// Whether the client names this very type; `*/*` does not count.
    private static boolean wants(ServerRequest request, MediaType type) {
        return request.headers().accept().stream().anyMatch(accepted -> accepted.equalsTypeAndSubtype(type));
    }
}
