package press.mainstay;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;
import tools.jackson.databind.json.JsonMapper;

/// One readable sentence for whatever went wrong: a page for browsers, JSON or plain text for programs. Nothing that
/// was sent is echoed, and nothing of ours is shown but the number by which the log knows an unexpected error.
@Controller
class ErrorPageController implements ErrorController {

    private static final Logger log = LoggerFactory.getLogger(ErrorPageController.class);

    private final MessageSource messages;
    private final JsonMapper json;

    ErrorPageController(MessageSource messages, JsonMapper json) {
        this.messages = messages;
        this.json = json;
    }

    @RequestMapping("${spring.web.error.path:/error}")
    @Nullable
    ModelAndView show(HttpServletRequest request, HttpServletResponse response, Locale locale) throws IOException {
        // asked for by its own address there is no error, and no page
        var status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        var key = "error." + word(status);
        var id = status == 500 ? id(request) : "";
        var title = messages.getMessage(key + ".title", null, locale);
        var text = messages.getMessage(key + ".text", new Object[] {id}, locale);

        response.setStatus(status);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader(HttpHeaders.RETRY_AFTER, "30");
        }
        var accepted = accepted(request);
        if (accepted.stream().anyMatch(type -> type.isCompatibleWith(MediaType.TEXT_HTML) && !type.isWildcardType())) {
            return new ModelAndView("error/message", Map.of("headline", title, "text", text));
        }
        var asJson = accepted.stream()
                .anyMatch(type -> type.isCompatibleWith(MediaType.APPLICATION_JSON) && !type.isWildcardType());
        response.setContentType((asJson ? "application/json" : "text/plain") + ";charset=UTF-8");
        var line = asJson ? json.writeValueAsString(Map.of("title", title, "text", text)) : title + ". " + text;
        response.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        return null;
    }

    private static String word(int status) {
        return switch (status) {
            case 401, 403 -> "forbidden";
            case 404, 410 -> "not-found";
            case 405 -> "method";
            case 413, 414, 431 -> "too-large";
            case 429, 502, 503, 504 -> "unavailable";
            default -> status < 500 ? "request" : "unexpected";
        };
    }

    private static String id(HttpServletRequest request) {
        if (request.getAttribute(FailureFilter.ID) instanceof String known) {
            return known;
        }
        var id = FailureFilter.newId();
        log.error("Unexpected error {}: 500 was sent without an exception", id);
        return id;
    }

    private static List<MediaType> accepted(HttpServletRequest request) {
        try {
            return MediaType.parseMediaTypes(request.getHeader(HttpHeaders.ACCEPT));
        } catch (InvalidMediaTypeException _) {
            return List.of();
        }
    }
}
