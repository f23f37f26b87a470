package press.mainstay.reminder;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Period;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.BrowserTest;
import press.mainstay.Browsing;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

@BrowserTest
@TestPropertySource(properties = "spring.application.name=reminders")
class ReminderBrowserTests {

    private static final Pattern LINK = Pattern.compile("https?://\\S+");

    @Autowired
    private Visitor visitor;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    /// Ask, confirm from the inbox, wait, give from the letter's link.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReaderIsRemindedAndGivesFromTheLetter(boolean scripts, Browsing browsing) {
        var page = (scripts ? browsing : browsing.withoutScripts()).open("/?frequency=monthly&amount=10&currency=usd");
        if (scripts) {
            page.getByText("Once").first().click();
            page.locator(".once").getByText("$50").first().click();
        }
        page.locator("summary").click();
        page.getByText("In a month,").click();
        page.getByLabel("Your e-mail address").fill(address);
        page.getByText("Please write to me").click();
        button(page, "Remind me").click();
        shown(page, "Please look into your mailbox");

        page.navigate(letter(0).getFirst());
        button(page, "Yes, remind me").click();
        shown(page, "We will write to you");
        time.advance(Period.ofMonths(1).plusDays(1));

        page.navigate(letter(0).getFirst());
        assertThat(page.locator("#frequency-" + (scripts ? "once" : "monthly"))).isChecked();
        assertThat(page.locator(scripts ? "[name=preset-once][value='50']" : "[name=preset-monthly][value='10']"))
                .isChecked();
        page.locator("#give button").click();
        page.waitForURL("**/c/pay/**");
        stripe.reader(page.url()).paysByCard(address);
        time.settle();

        assertThat(jdbc.sql("""
                        select count(*) from payment p join donation d on d.id = p.donation join reminder r on r.id = d.reminder
                        join supporter_customer c on c.customer = p.customer where c.supporter = r.supporter and p.customer in (
                            select customer from checkout_session where id = :session)
                        """)
                        .param("session", page.url().replaceAll(".*/(cs_[^/?#]+).*", "$1"))
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        browsing.assertNoComplaints();
    }

    @Test
    void whatIsMissingIsSaidBesideTheFieldAndNothingIsLost(Browsing browsing) {
        var page = browsing.open("/?frequency=annual&amount=100&currency=eur");
        page.locator("summary").click();
        page.getByText("On another day").click();
        page.getByLabel("Your e-mail address").fill("nobody");
        button(page, "Remind me").click();

        assertThat(page.locator("#reminder-when-error")).isVisible();
        assertThat(page.locator("#reminder-email-error")).isVisible();
        assertThat(page.locator("#reminder-consent-error")).isVisible();
        assertThat(page.getByLabel("Your e-mail address")).hasValue("nobody");
        assertThat(page.locator("[name=amount]")).hasValue("100");
        browsing.assertAccessible(page);
        assertThat(browsing.complaints()).allMatch(complaint -> complaint.contains("422"));
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 768, 1280})
    void allItsPagesFitAreReadableAndSayTheirPart(int width, Browsing browsing) {
        browsing.viewport(width, 900);
        var page = browsing.open("/");
        look(browsing, page, "reminder-closed", width);
        page.locator("summary").click();
        look(browsing, page, "reminder-open", width);
        page.getByText("On another day").click();
        page.getByText("Please write to me").click();
        page.getByLabel("Your e-mail address").fill(address);
        button(page, "Remind me").click();
        shown(page, "Remind me later");
        look(browsing, page, "reminder-error", width);
        page.getByText("In a month,").click();
        button(page, "Remind me").click();
        shown(page, "Please look into your mailbox");
        look(browsing, page, "reminder-asked", width);
        page.navigate(letter(0).getFirst());
        look(browsing, page, "reminder-confirm", width);
        button(page, "Yes, remind me").click();
        shown(page, "We will write to you");
        look(browsing, page, "reminder-waiting", width);
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Choose another day"))
                .click();
        page.waitForURL("**/reminders/**");
        look(browsing, page, "reminder-change", width);
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Do not remind me after all"))
                .click();
        shown(page, "Stop this reminder?");
        look(browsing, page, "reminder-stop", width);
        button(page, "Stop it").click();
        shown(page, "This reminder is stopped");
        look(browsing, page, "reminder-stopped", width);
        page.navigate(visitor.origin() + "/unsubscribe");
        look(browsing, page, "choices-ask", width);
        page.getByLabel("Your e-mail address").fill(address);
        button(page, "Send me the link").click();
        shown(page, "Please look into your mailbox");
        look(browsing, page, "choices-asked", width);
        page.navigate(letter(0).getFirst());
        look(browsing, page, "choices", width);
        button(page, "Stop these letters").click();
        look(browsing, page, "choices-left", width);
        page.navigate(visitor.origin() + "/reminders/cut-short");
        look(browsing, page, "reminder-invalid", width);
    }

    /// A browser may work for a while before it sends the form.
    private static void shown(Page page, String heading) {
        assertThat(page.locator("h1")).hasText(heading, new LocatorAssertions.HasTextOptions().setTimeout(20_000));
    }

    private static void look(Browsing browsing, Page page, String name, int width) {
        browsing.assertNoSidewaysScrolling(page);
        browsing.screenshot(page, name + "-" + width + "-light");
        if (width == 320) {
            browsing.assertAccessible(page);
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            browsing.assertAccessible(page);
            browsing.screenshot(page, name + "-" + width + "-dark");
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        }
    }

    private List<String> letter(int number) {
        time.settle();
        return LINK.matcher(mail.lettersTo(address).get(number).text())
                .results()
                .map(found -> found.group())
                .toList();
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
