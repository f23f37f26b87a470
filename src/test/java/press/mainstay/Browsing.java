package press.mainstay;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// One reader's browser for one test: fresh cookies, English, 1280 × 800, light, with scripts, unless told otherwise
/// before the first page is opened. What it must not do, it notes: see [#complaints()].
public final class Browsing implements AutoCloseable {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final Browser browser;
    private final URI origin;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private Browser.NewContextOptions options = new Browser.NewContextOptions()
            .setLocale("en")
            .setTimezoneId("UTC")
            .setViewportSize(1280, 800)
            .setColorScheme(ColorScheme.LIGHT);
    private boolean scripts = true;
    private @Nullable BrowserContext context;

    Browsing(Browser browser, URI origin) {
        this.browser = browser;
        this.origin = origin;
    }

    public Browsing withoutScripts() {
        scripts = false;
        return with(options.setJavaScriptEnabled(false));
    }

    public Browsing locale(String locale) {
        return with(options.setLocale(locale));
    }

    public Browsing viewport(int width, int height) {
        return with(options.setViewportSize(width, height));
    }

    public Browsing dark() {
        return with(options.setColorScheme(ColorScheme.DARK));
    }

    /// Opens a page of the service in a tab of its own.
    public Page open(String path) {
        var page = context().newPage();
        page.navigate(origin.resolve(path).toString());
        return page;
    }

    /// The browser with its cookies, for what has no word here.
    public BrowserContext context() {
        if (context == null) {
            context = browser.newContext(options);
            context.setDefaultTimeout(10_000);
            context.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    complaints.add("console: " + message.text());
                }
            });
            context.onWebError(error -> complaints.add("script: " + error.error()));
            context.route(url -> !local(url), route -> {
                complaints.add("request to another host: " + route.request().url());
                route.abort();
            });
        }
        return context;
    }

    /// Console errors (a breach of the Content-Security-Policy is one), uncaught errors of scripts, and requests to
    /// other
    /// hosts than this machine, which are refused.
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    public void assertNoComplaints() {
        assertThat(complaints).as("what the browser complains about").isEmpty();
    }

    /// Checks the page with axe: WCAG 2.2 AA and best practice.
    public void assertAccessible(Page page) {
        if (!scripts) {
            // it would find nothing wrong, having looked at nothing
            throw new IllegalStateException("axe needs scripts");
        }
        // a frame that runs no script would keep axe waiting for ever
        var axe = new AxeBuilder(page).exclude("iframe[sandbox]");
        // else it opens another browser window each time, to add up what it found in several frames
        axe.setLegacyMode(page.frames().size() == 1);
        var found = axe.analyze();
        assertThat(found.getPasses()).as("rules that axe found kept").isNotEmpty();
        assertThat(found.getViolations())
                .as("rules that axe found broken at %s", page.url())
                .extracting(rule -> rule.getId() + " at "
                        + rule.getNodes().stream()
                                .map(node -> node.getTarget().toString())
                                .toList())
                .isEmpty();
    }

    /// Nothing sticks out sideways.
    public void assertNoSidewaysScrolling(Page page) {
        var root =
                (List<?>) page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        assertThat(((Number) root.get(0)).intValue())
                .as("width of the content at %s", page.url())
                .isLessThanOrEqualTo(((Number) root.get(1)).intValue());
    }

    /// The whole page, for people to look at, in target/screenshots.
    public Path screenshot(Page page, String name) {
        var file = SCREENSHOTS.resolve(name + ".png");
        page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
        return file;
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }

    private Browsing with(Browser.NewContextOptions changed) {
        if (context != null) {
            throw new IllegalStateException("Say so before the first page is opened");
        }
        options = changed;
        return this;
    }

    private static boolean local(String url) {
        var uri = URI.create(url);
        return !uri.getScheme().startsWith("http") || "localhost".equals(uri.getHost());
    }
}
