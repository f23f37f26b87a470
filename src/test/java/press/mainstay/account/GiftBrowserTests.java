package press.mainstay.account;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import press.mainstay.BrowserTest;
import press.mainstay.Browsing;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import tools.jackson.databind.node.ObjectNode;

@BrowserTest
class GiftBrowserTests {

    @Autowired
    private Visitor giver;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @AfterEach
    void stripeIsWell() {
        stripe.faults().clear();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fromTheReceiptAReaderEndsTheGift(boolean scripts, Browsing browsing) {
        gives("en");
        var page = (scripts ? browsing : browsing.withoutScripts()).open(link());
        assertThat(subscription().path("cancel_at").isNull()).isTrue();

        button(page, "Go on to Stripe’s page").click();
        page.waitForURL("**/p/session/**");
        button(page, "Cancel at the end of the period").click();
        assertThat(page.locator("main")).containsText("active, ends");
        time.settle();
        assertThat(subscription().path("cancel_at").longValue(0)).isPositive();

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Go back"))
                .click();
        assertThat(page.locator("h1")).hasText("You are back from Stripe’s page");
        browsing.assertNoComplaints();
    }

    @Test
    void stripeDoesNotLearnTheLink(Browsing browsing) {
        gives("en");
        var page = browsing.open(link());

        var portal = page.waitForRequest(
                request -> request.url().contains("/p/session/"),
                () -> button(page, "Go on to Stripe’s page").click());

        assertThat(portal.allHeaders()).doesNotContainKeys("referer", "origin");
        assertThat(portal.redirectedFrom().allHeaders().get("referer")).isEqualTo(link());
        assertThat(page.evaluate("document.referrer")).isEqualTo("");
    }

    @Test
    void theWayOutNeedsNoMouse(Browsing browsing) {
        gives("en");
        var page = browsing.open(link());

        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        assertThat(button(page, "Go on to Stripe’s page")).isFocused();
        page.keyboard().press("Enter");

        page.waitForURL("**/p/session/**");
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ru"})
    void everyPageIsForEveryone(String language, Browsing browsing) {
        gives(language);
        var page = browsing.open(link());
        assertFit(browsing, page);

        stripe.faults().all("/v1/billing_portal/sessions").emptyServerError();
        var unavailable = page.waitForResponse(
                "**/account/gift/*", () -> page.locator("main button").click());
        assertThat(unavailable.status()).isEqualTo(503);
        assertThat(page.locator("[role=status]")).isVisible();
        assertFit(browsing, page);

        stripe.faults().clear();
        page.locator("main button").click();
        page.waitForURL("**/p/session/**");
        page.getByText("Go back").click();
        page.waitForURL("**/account/gift?*");
        assertFit(browsing, page);

        page.navigate(giver.origin() + "/account/gift/cut-short?lang=" + language);
        assertThat(page.locator("html")).hasAttribute("lang", language);
        assertFit(browsing, page);
        assertThat(browsing.complaints())
                .allMatch(complaint -> complaint.contains("status of 404") || complaint.contains("status of 503"));
    }

    private void gives(String language) {
        var checkout = giver.post(
                        "/donations",
                        Map.of("frequency", "monthly", "amount", "5", "currency", "usd", "lang", language))
                .location();
        stripe.reader(checkout.toString()).paysByCard(address);
        time.settle();
    }

    private String link() {
        return GiftLetter.link(mail, address);
    }

    /// The one of this test's reader.
    private ObjectNode subscription() {
        var customer = stripe.objects("customer").stream()
                .filter(each -> each.path("email").stringValue("").equals(address))
                .map(each -> each.path("id").stringValue())
                .findFirst()
                .orElseThrow();
        return stripe.objects("subscription").stream()
                .filter(each -> each.path("customer").stringValue("").equals(customer))
                .findFirst()
                .orElseThrow();
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
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
