package press.mainstay.donation;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import java.net.URI;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import press.mainstay.BrowserTest;
import press.mainstay.Browsing;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

/// What a reader sees on the way: for everyone, on any screen, by day and by night.
@BrowserTest
class ReadersPagesBrowserTests {

    private static final int LARGEST_FIRST_VIEW = 30_000;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private TimeMachine time;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @AfterEach
    void stripeIsWell() {
        stripe.faults().clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void everyPageIsForEveryone(String language, Browsing browsing) {
        browsing.locale(language);

        var form = new SupportForm(browsing.open("/"));
        assertFit(browsing, form.page());
        form.page().locator("label:has(#other-monthly)").click();
        form.type("150");
        assertFit(browsing, form.page());

        form.type("0");
        form.page().waitForResponse("**/donations", form::goOn);
        assertThat(form.page().locator("#amount-error")).isVisible();
        assertFit(browsing, form.page());

        form.type("150");
        stripe.faults().all("/v1/checkout/sessions").emptyServerError();
        var unavailable = form.page().waitForResponse("**/donations", form::goOn);
        assertThat(unavailable.status()).isEqualTo(503);
        assertThat(form.page().locator(".sentence")).containsText("150");
        assertFit(browsing, form.page());

        stripe.faults().clear();
        form.page().locator("main button").click();
        form.checkout();
        form.pay(address, "SEPA (settles in 5 days)");
        assertThat(form.page().locator("main .button")).isVisible();
        assertFit(browsing, form.page());

        form.page().navigate(URI.create(form.page().url()).resolve("/").toString());
        form.goToCheckout();
        form.pay(address, "Pay by card");
        assertThat(form.page().locator(".standfirst")).isVisible();
        assertFit(browsing, form.page());

        form.page().navigate(URI.create(form.page().url()).resolve("/thanks").toString());
        assertFit(browsing, form.page());
        time.settle();
        assertThat(browsing.complaints())
                .allMatch(complaint -> complaint.contains("status of 422") || complaint.contains("status of 503"));
    }

    @Test
    void theFirstViewIsLightAndComesFromOneHost(Browsing browsing) {
        var requests = new ArrayList<Request>();
        browsing.context().onRequestFinished(requests::add);

        var page = browsing.open("/");
        page.waitForLoadState(LoadState.NETWORKIDLE);

        assertThat(requests)
                .extracting(request -> URI.create(request.url()).getAuthority())
                .containsOnly(URI.create(page.url()).getAuthority());
        assertThat(requests).extracting(Request::resourceType).contains("document", "stylesheet", "script", "image");
        var bytes = requests.stream()
                .map(Request::sizes)
                .mapToInt(sizes -> sizes.responseHeadersSize + sizes.responseBodySize)
                .sum();
        assertThat(bytes).isLessThan(LARGEST_FIRST_VIEW);
        browsing.assertNoComplaints();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aGiftNeedsNoMouse(boolean scripts, Browsing browsing) {
        var page = (scripts ? browsing : browsing.withoutScripts()).open("/");
        var keys = page.keyboard();

        tabTo(page, "[name=frequency]");
        keys.press("ArrowLeft");
        tabTo(page, "[name=preset-once]");
        keys.press("ArrowDown");
        keys.press("ArrowDown");
        keys.press("ArrowDown");
        tabTo(page, "#amount");
        keys.type("15");
        tabTo(page, "#give button");
        keys.press("Enter");

        new SupportForm(page).checkout();
        assertThat(page.locator(".amount")).hasText("$15");
    }

    @Test
    void theSkipLinkLeadsPastTheMasthead(Browsing browsing) {
        var page = browsing.open("/");

        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isInViewport();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");

        assertThat(page.locator("[name=frequency]:checked")).isFocused();
    }

    private static void tabTo(Page page, String selector) {
        for (var i = 0; i < 25; i++) {
            page.keyboard().press("Tab");
            if (page.locator(selector + ":focus").count() == 1) {
                return;
            }
        }
        throw new AssertionError("No way to " + selector + " by keyboard");
    }

    /// By day on a desk, by night on a small telephone.
    private static void assertFit(Browsing browsing, Page page) {
        browsing.assertAccessible(page);
        browsing.assertNoSidewaysScrolling(page);

        page.setViewportSize(320, 640);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        browsing.assertAccessible(page);
        browsing.assertNoSidewaysScrolling(page);

        page.setViewportSize(1280, 800);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    }
}
