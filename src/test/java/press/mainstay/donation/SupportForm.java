package press.mainstay.donation;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Pattern;

/// The form of the support page and Stripe's page behind it, under the hands of a reader.
record SupportForm(Page page) {

    private static final Pattern CHECKOUT = Pattern.compile("/c/pay/(cs_\\w+)");

    /// @param name as the page says it: `Monthly`, `$5`, `Another amount`
    SupportForm pick(String name) {
        radio(name).check();
        return this;
    }

    SupportForm type(String amount) {
        page.locator("#amount").fill(amount);
        return this;
    }

    /// Presses the button, whatever it says.
    SupportForm goOn() {
        button().click();
        return this;
    }

    /// Goes on to Stripe's page.
    ///
    /// @return the Checkout Session's id
    String goToCheckout() {
        goOn();
        return checkout();
    }

    /// Waits for Stripe's page.
    ///
    /// @return the Checkout Session's id
    String checkout() {
        page.waitForURL(CHECKOUT);
        var session = CHECKOUT.matcher(page.url());
        if (!session.find()) {
            throw new AssertionError(page.url());
        }
        return session.group(1);
    }

    /// Types an address on Stripe's page and presses a button there.
    void pay(String email, String button) {
        page.getByLabel("E-mail").fill(email);
        press(button);
    }

    void press(String button) {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(button).setExact(true))
                .click();
    }

    /// Presses the browser's back button so often.
    SupportForm back(int pages) {
        page.evaluate("pages => void setTimeout(() => history.go(-pages))", pages);
        return shown();
    }

    Locator button() {
        return page.locator("#give button");
    }

    Locator sentence() {
        return page.locator("#give .sentence");
    }

    void assertPicked(String... names) {
        shown();
        for (var name : names) {
            assertThat(radio(name)).isChecked();
        }
    }

    void assertHeading(String text) {
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                .hasText(text);
    }

    /// Waits for the page with its styles, which hide the amounts of the other frequencies.
    private SupportForm shown() {
        assertThat(button()).isVisible();
        page.waitForLoadState();
        return this;
    }

    private Locator radio(String name) {
        return page.getByRole(
                AriaRole.RADIO, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
