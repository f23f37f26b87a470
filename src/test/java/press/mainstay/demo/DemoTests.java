package press.mainstay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.mail.javamail.MimeMessageHelper;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import tools.jackson.databind.json.JsonMapper;

@FeatureTest
class DemoTests {

    @Autowired
    Visitor visitor;

    @Autowired
    DemoMail mail;

    @Autowired
    DemoClock clock;

    @Autowired
    TimeMachine machine;

    @Autowired
    JavaMailSender sender;

    @Autowired
    JsonMapper json;

    /// `spring-boot:test-run` refuses to choose between several, and other tests have some of their own.
    @Test
    void theBuildNamesTheDemoAsWhatItRuns() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml")))
                .containsPattern("(?s)<id>default-cli</id>\\s*<configuration>\\s*<mainClass>"
                        + Pattern.quote(DemoApplication.class.getName()) + "</mainClass>");
    }

    @Test
    void aLetterIsReadAsItWasSent() throws MessagingException {
        send(
                "olga@example.org",
                "Спасибо — thank you",
                "Dear Olga,\nsee http://localhost/x?a=1&b=2.\n",
                "<p>Dear <b>Olga</b></p>");

        var letter = mail.lettersTo("OLGA@example.org").getFirst();

        assertThat(letter.from()).isEqualTo("news@paper.example");
        assertThat(letter.subject()).isEqualTo("Спасибо — thank you");
        assertThat(letter.text()).startsWith("Dear Olga,\nsee http");
        assertThat(letter.html()).contains("<b>Olga</b>");
        assertThat(letter.header("message-id")).isPresent();
    }

    @Test
    void lettersGoOutWithoutWaitingForAcknowledgements() throws IOException {
        var sockets = (SocketFactory)
                ((JavaMailSenderImpl) sender).getJavaMailProperties().get("mail.smtp.socketFactory");

        try (var socket = sockets.createSocket()) {
            assertThat(socket.getTcpNoDelay()).isTrue();
        }
    }

    @Test
    void theInboxIsAPageForPeopleAndJsonForPrograms() throws MessagingException {
        send(
                "ivan@example.org",
                "<b>A subject</b>",
                "Text with https://paper.example/a.",
                "<p>Hello <a href=\"/\">you</a></p>");
        var number = mail.lettersTo("ivan@example.org").getFirst().number();

        visitor.with("Accept", "text/html");
        assertThat(visitor.get("/demo/inbox").body()).contains("&lt;b&gt;A subject", "/demo/inbox/" + number);
        var page = visitor.get("/demo/inbox/" + number);
        assertThat(page.body())
                .contains("<a href=\"https://paper.example/a\">https://paper.example/a</a>.")
                .contains("src=\"/demo/inbox/" + number + "/html\"");
        assertThat(page.header("Content-Security-Policy").orElseThrow()).contains("default-src 'none'");
        var html = visitor.get("/demo/inbox/" + number + "/html");
        assertThat(html.body()).contains("<base target=\"_top\">", "Hello");
        assertThat(html.header("Content-Security-Policy").orElseThrow()).startsWith("sandbox");
        assertThat(visitor.get("/demo/inbox/999999999").status()).isEqualTo(404);

        visitor.with("Accept", "application/json");
        var listed = json.readTree(visitor.get("/demo/inbox").body());
        assertThat(listed.valueStream().map(letter -> letter.path("to").asString()))
                .contains("ivan@example.org");
        assertThat(json.readTree(visitor.get("/demo/inbox/" + number).body())
                        .path("text")
                        .asString())
                .startsWith("Text with");
    }

    @Test
    void theClockMovesByAFormAndByAProgram() {
        var before = clock.instant();

        var moved = visitor.with("Accept", "text/html").post("/demo/clock", Map.of("plus", "P1D"));
        assertThat(moved.status()).isEqualTo(303);
        assertThat(moved.location().getPath()).isEqualTo("/demo");
        assertThat(clock.instant()).isAfterOrEqualTo(before.plus(Duration.ofDays(1)));

        var told = visitor.with("Accept", "application/json").post("/demo/clock?plus=PT6H", Map.of());
        assertThat(told.status()).isEqualTo(200);
        assertThat(json.readTree(told.body()).path("now").asString()).startsWith("20");
        assertThat(clock.instant()).isAfterOrEqualTo(before.plus(Duration.ofHours(30)));
    }

    @Test
    void theClockRefusesWhatItCannotDo() {
        visitor.with("Accept", "application/json");
        for (var plus : new String[] {"", "tomorrow", "-P1D", "P0D", "P999Y", "P9999999999D", "PT0S"}) {
            var answer = visitor.post("/demo/clock", Map.of("plus", plus));

            assertThat(answer.status()).as(plus).isEqualTo(400);
            assertThat(answer.body()).contains("plus=P1D");
        }
        assertThat(visitor.post("/demo/clock", Map.of()).status()).isEqualTo(400);
    }

    @Test
    void aMonthPassesDayByDay() {
        var before = clock.instant();

        var after = machine.advance(Period.ofMonths(1));

        assertThat(after).isAfter(before.plus(Duration.ofDays(28)));
    }

    private void send(String to, String subject, String text, String html) throws MessagingException {
        var message = sender.createMimeMessage();
        var letter = new MimeMessageHelper(message, true, "UTF-8");
        letter.setTo(to);
        letter.setFrom("news@paper.example");
        letter.setSubject(subject);
        letter.setText(text, html);
        sender.send(message);
    }
}
