package press.mainstay.guard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.LoadState;
import java.net.URI;
import java.util.ArrayList;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import press.mainstay.BrowserTest;
import press.mainstay.Browsing;
import press.mainstay.Visitor;

/// What a form does in a reader's browser before it may be sent.
@BrowserTest
class ProofBrowserTests {

    private static final int PATIENCE = 20_000;

    @Autowired
    private Visitor neighbour;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final String network =
            "2001:db8:%x:%x::1".formatted(ThreadLocalRandom.current().nextInt(65536), System.nanoTime() & 0xffff);

    @Test
    void theBrowserWorksFromTheMomentTheReaderTurnsToTheFieldAndNotBefore(Browsing browsing) {
        neighbourUsesUpWhatNeedsNoProof();
        var page = open(browsing);
        page.waitForLoadState(LoadState.NETWORKIDLE);
        assertThat(requests).noneMatch(path -> path.startsWith("/altcha")).anyMatch(path -> path.contains("/js/proof"));

        page.locator("#email").focus();
        assertSolved(page);
        assertThat(requests)
                .filteredOn(path -> path.startsWith("/altcha"))
                .as("at addresses that change with what is in them")
                .anyMatch(path -> path.matches("/altcha/2.3.0/altcha-[0-9a-f]{32}\\.js"))
                .anyMatch(path -> path.matches("/altcha/2.3.0/worker-[0-9a-f]{32}\\.js"))
                .contains("/altcha");
        browsing.assertAccessible(page);

        page.keyboard().type(address);
        page.keyboard().press("Enter");
        assertAdmitted(page);
        browsing.assertNoComplaints();
    }

    @Test
    void whoIsFasterThanTheBrowserWaitsForItAndPressesOnce(Browsing browsing) {
        neighbourUsesUpWhatNeedsNoProof();
        var page = open(browsing);
        var challenges = new ArrayList<Route>();
        page.route("**/altcha", challenges::add);

        page.locator("#email").fill(address);
        page.locator("main button").dblclick();
        assertThat(page.locator(".wait")).hasText("One moment, please …");
        page.waitForCondition(() -> !challenges.isEmpty());
        challenges.forEach(Route::resume);

        assertAdmitted(page);
        assertThat(requests).filteredOn("POST /trial"::equals).hasSize(1);
        browsing.assertNoComplaints();
    }

    @Test
    void whoComesBackToTheFormHasItsBrowserWorkAgain(Browsing browsing) {
        neighbourUsesUpWhatNeedsNoProof();
        var page = open(browsing);
        page.locator("#email").fill(address);
        assertSolved(page);

        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"); // as "back" does
        assertThat(page.locator("[data-proof]")).hasValue("");
        page.locator("main button").click();

        assertAdmitted(page);
        browsing.assertNoComplaints();
    }

    @ParameterizedTest
    @ValueSource(strings = {"without scripts", "without widget", "without challenge", "without worker"})
    void whoseBrowserCannotWorkSendsTheFormAllTheSame(String lack, Browsing browsing) {
        var page = open(lack.equals("without scripts") ? browsing.withoutScripts() : browsing);
        switch (lack) {
            case "without widget" -> page.route("**/altcha-*", Route::abort);
            case "without challenge" -> page.route("**/altcha", Route::abort);
            case "without worker" -> page.addInitScript("delete window.Worker; delete Crypto.prototype.subtle");
            default -> {}
        }
        if (lack.equals("without worker")) {
            page.reload();
        }

        page.locator("#email").fill(address);
        page.locator("main button").click();

        assertAdmitted(page);
    }

    private Page open(Browsing browsing) {
        browsing.context().setExtraHTTPHeaders(Map.of("X-Forwarded-For", network));
        browsing.context().onRequest(request -> requests.add(path(request)));
        return browsing.open("/trial");
    }

    private static void assertSolved(Page page) {
        assertThat(page.locator("[data-proof]"))
                .not()
                .hasValue("", new LocatorAssertions.HasValueOptions().setTimeout(PATIENCE));
    }

    private static void assertAdmitted(Page page) {
        assertThat(page.locator(".standfirst"))
                .hasText("Admitted", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE));
    }

    private void neighbourUsesUpWhatNeedsNoProof() {
        neighbour.with("X-Forwarded-For", network);
        for (var i = 0; i < 5; i++) {
            neighbour.post("/trial", Map.of("email", i + "-neighbour-" + address));
        }
        assertThat(neighbour
                        .post("/trial", Map.of("email", "neighbour-" + address))
                        .status())
                .isEqualTo(429);
    }

    private static String path(Request request) {
        var path = URI.create(request.url()).getPath();
        return request.method().equals("GET") ? path : request.method() + " " + path;
    }
}
