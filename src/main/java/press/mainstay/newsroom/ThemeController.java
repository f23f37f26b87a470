package press.mainstay.newsroom;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// The newsroom's colour and mark, as files, because pages allow no style of their own.
@Controller
class ThemeController {

    private static final MediaType CSS = new MediaType("text", "css", StandardCharsets.UTF_8);

    private static final MediaType SVG = new MediaType("image", "svg+xml", StandardCharsets.UTF_8);

    private final byte[] style;
    private final byte[] logo;
    private final String version;

    ThemeController(NewsroomProperties newsroom) throws IOException {
        style = """
                :root { color-scheme: light dark; --ground: %s; --accent: %s; --on-accent: %s }
                @media (prefers-color-scheme: dark) { :root { --ground: %s; --accent: %s; --on-accent: %s } }
                """.formatted(
                        Colour.DAY,
                        newsroom.accent(),
                        Colour.DAY,
                        Colour.NIGHT,
                        newsroom.accent().atNight(),
                        Colour.NIGHT)
                .getBytes(StandardCharsets.UTF_8);
        logo = newsroom.logo().getContentAsByteArray();
        version = DigestUtils.md5DigestAsHex((DigestUtils.md5DigestAsHex(style) + DigestUtils.md5DigestAsHex(logo))
                .getBytes(StandardCharsets.US_ASCII));
    }

    /// Changes with what is served, so that an address that bears it can be kept for good.
    String version() {
        return version;
    }

    @GetMapping("/theme.css")
    ResponseEntity<byte[]> style(@RequestParam @Nullable String v) {
        return file(style, CSS, v);
    }

    @GetMapping("/logo.svg")
    ResponseEntity<byte[]> logo(@RequestParam @Nullable String v) {
        return file(logo, SVG, v);
    }

    private ResponseEntity<byte[]> file(byte[] content, MediaType type, @Nullable String v) {
        var age = version.equals(v) ? Duration.ofDays(365) : Duration.ofMinutes(1);
        return ResponseEntity.ok()
                .contentType(type)
                .cacheControl(CacheControl.maxAge(age).cachePublic())
                .body(content);
    }
}
