package press.mainstay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import jakarta.mail.MessagingException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.MimeMessageHelper;
import press.mainstay.BrowserTest;
import press.mainstay.Browsing;

@BrowserTest
class DemoPagesTests {

    @Autowired
    DemoMail mail;

    @Autowired
    DemoClock clock;

    @Autowired
    JavaMailSender sender;

    @Test
    void theClockIsMovedWithoutScripts(Browsing browsing) {
        var before = clock.instant();
        var page = browsing.withoutScripts().open("/demo");

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("a day"))
                .click();

        assertThat(page.url()).endsWith("/demo");
        assertThat(clock.instant()).isAfterOrEqualTo(before.plus(Duration.ofDays(1)));
        browsing.assertNoComplaints();
    }

    @Test
    void aLetterIsShownInItsFrameAndItsLinksLeadOut(Browsing browsing) throws MessagingException {
        var message = sender.createMimeMessage();
        var letter = new MimeMessageHelper(message, true, "UTF-8");
        letter.setTo("frame@example.org");
        letter.setFrom("news@paper.example");
        letter.setSubject("Look");
        letter.setText(
                "Look at /demo",
                "<html lang=\"en\"><title>Look</title><p style=\"color:#123456\">Look <a href=\"/demo\">here</a></p></html>");
        sender.send(message);
        var page = browsing.viewport(320, 640).dark().open("/demo/inbox");
        browsing.assertAccessible(page);

        page.getByText("Look").first().click();
        browsing.assertAccessible(page);
        browsing.assertNoSidewaysScrolling(page);
        browsing.screenshot(page, "demo-letter");
        page.frameLocator("iframe").getByText("here").click();
        page.waitForURL("**/demo");

        browsing.assertNoComplaints();
        browsing.assertAccessible(page);
    }

    @Test
    void axeIsNotAskedWhereItWouldSeeNothing(Browsing browsing) {
        var page = browsing.withoutScripts().open("/demo");

        assertThatThrownBy(() -> browsing.assertAccessible(page)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherHostIsRefusedAndNoted(Browsing browsing) {
        var page = browsing.open("/demo");

        assertThatThrownBy(() -> page.navigate("http://paper.example/")).isNotNull();

        assertThat(browsing.complaints()).anyMatch(complaint -> complaint.contains("http://paper.example/"));
    }
}
