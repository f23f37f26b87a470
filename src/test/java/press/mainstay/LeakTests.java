package press.mainstay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.mail.Reports;
import press.mainstay.mail.ScriptedMailServer;
import press.mainstay.mail.ScriptedMailServer.Step;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.QueueWorker;
import press.mainstay.stripe.Story;
import press.mainstay.stripe.Webhooks;

/// Whoever gets hold of the database or the log learns nobody's name. A service of its own, since a month passes.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=leaks")
@ExtendWith(OutputCaptureExtension.class)
class LeakTests {

    /// Somebody whom no other test knows.
    private record Person(String name, String address, String language) {

        Set<String> traces() {
            var mailbox = new EmailAddress(address);
            var at = address.indexOf('@');
            var texts = new LinkedHashSet<>(List.of(address, address.substring(0, at), name));
            texts.add(mailbox.normalised());
            texts.add(address.substring(at + 1));
            texts.add(mailbox.normalised().substring(at + 1));
            texts.addAll(List.of(name.split(" ")));
            return texts;
        }
    }

    private static final String MAILBOX_PASSWORD = "the mailbox of the bounces";

    private static final Person SUNNIVA =
            new Person("Sunniva Quillfeather", "Sunniva.Quillfeather@Fjordpost.example", "en");
    private static final Person THEODORA =
            new Person("Theodora Wintergreen", "Theodora.Wintergreen@Lighthouse-Post.example", "en");
    private static final Person AGLAYA = new Person("Аглая Чернышёва", "A.Tchernyschowa@Северное-Сияние.example", "ru");

    private static final GreenMail bounces = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_IMAP));
    private static final String NETWORK = "2001:db8:5ca1:ab1e";

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private DemoClock clock;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JavaMailSenderImpl relay;

    @Autowired
    private QueueWorker letterWorker;

    @Autowired
    private ITemplateEngine templates;

    @Value("${mainstay.stripe.webhook-secrets}")
    private String webhookSecret;

    @Value("${mainstay.stripe.api-key}")
    private String apiKey;

    @Value("${mainstay.sealing.keysets}")
    private String keysets;

    @DynamicPropertySource
    static void bounceMailbox(DynamicPropertyRegistry settings) {
        bounces.start();
        bounces.setUser("bounces@polynya.example", "bounces", MAILBOX_PASSWORD);
        settings.add("mainstay.mail.bounce-mailbox.protocol", () -> "imap");
        settings.add("mainstay.mail.bounce-mailbox.host", () -> "localhost");
        settings.add(
                "mainstay.mail.bounce-mailbox.port", () -> bounces.getImap().getPort());
        settings.add("mainstay.mail.bounce-mailbox.username", () -> "bounces");
        settings.add("mainstay.mail.bounce-mailbox.password", () -> MAILBOX_PASSWORD);
    }

    @AfterAll
    static void closeMailbox() {
        bounces.stop();
    }

    /// What fails is tried again and again, and would tell of it in the output of other tests.
    @AfterEach
    void giveUp() {
        jdbc.sql("update stripe_event set status = 'dead' where status = 'new'").update();
        jdbc.sql("update letter set status = 'unwanted' where status = 'waiting'")
                .update();
    }

    @Test
    void nobodyIsNamedInAnyTableOrLogLine(CapturedOutput console) {
        gives(SUNNIVA, "once");
        gives(AGLAYA, "monthly");
        asksToBeReminded(THEODORA);
        typesWhereNobodyAsked(SUNNIVA);
        sendsOpenForms(SUNNIVA);
        stripeTellsOddThings(SUNNIVA);
        stripeTellsOddThings(AGLAYA);
        theReceiptComesBack(SUNNIVA);
        theMailServerRefuses(SUNNIVA);
        aTemplateFails(SUNNIVA);
        time.advance(Period.ofMonths(1).plusDays(1));

        assertThat(mail.lettersTo(new EmailAddress(SUNNIVA.address()).normalised()))
                .hasSize(1);
        assertThat(mail.lettersTo(new EmailAddress(AGLAYA.address()).normalised()))
                .as("receipts of the gift and of its renewal")
                .hasSize(2);
        assertThat(mail.lettersTo(new EmailAddress(THEODORA.address()).normalised()))
                .as("to confirm, of a closed list, and the reminder")
                .hasSize(3);
        assertThat(jdbc.sql("select distinct status from stripe_event")
                        .query(String.class)
                        .list())
                .contains("applied", "ignored", "quarantined");

        var traces = new LinkedHashSet<>(SUNNIVA.traces());
        traces.addAll(AGLAYA.traces());
        traces.addAll(THEODORA.traces());
        stripe.objects("customer").stream()
                .map(customer -> customer.path("email").stringValue(""))
                .filter(address -> !address.isEmpty())
                .forEach(traces::add);
        nothingIsLeft("persons", traces, console);
        nothingIsLeft("networks", List.of(NETWORK, NETWORK.replace(":", "")), console);
        nothingIsLeft("secrets", secrets(), console);
    }

    private void nothingIsLeft(String whose, Collection<String> texts, CapturedOutput console) {
        var traces = new Traces(texts);
        assertThat(traces.in(jdbc)).as("columns with traces of %s", whose).isEmpty();
        assertThat(traces.in(LogTape.entries()))
                .as("loggers with traces of %s", whose)
                .isEmpty();
        assertThat(traces.in(console.getAll()))
                .as("traces of %s on the console", whose)
                .isFalse();
    }

    private List<String> secrets() {
        var secrets = new ArrayList<>(List.of(webhookSecret, apiKey, MAILBOX_PASSWORD));
        for (var part : keysets.split("\"value\":\"")) {
            var value = part.substring(0, part.indexOf('"', 1));
            if (value.length() > 30) {
                secrets.add(value);
            }
        }
        assertThat(secrets).hasSize(6);
        return secrets;
    }

    /// Page, a card that is declined, one that works, thank-you page, receipt.
    private void gives(Person person, String frequency) {
        reader.get("/?lang=" + person.language());
        var checkout = reader.post(
                        "/donations",
                        Map.of("frequency", frequency, "amount", "10", "currency", "eur", "lang", person.language()))
                .location()
                .toString();
        var page = stripe.reader(checkout).as(person.name(), person.address());
        page.isDeclined();
        assertThat(reader.get(page.paysByCard().toString()).body()).doesNotContain(person.address(), person.name());
        time.settle();
    }

    /// Addresses end up in every field that there is, in links, and in headers.
    private void typesWhereNobodyAsked(Person person) {
        var typed = URLEncoder.encode(person.address(), UTF_8);
        reader.with("Referer", "https://mail.example/?to=" + typed).with("User-Agent", person.name());
        for (var path : List.of(
                "/?campaign=" + typed + "&amount=" + typed + "&lang=" + typed + "&frequency=" + typed,
                "/thanks?session_id=" + typed,
                "/thanks?session_id=cs_test_" + typed,
                "/letters/" + typed,
                "/donations?" + typed + "=1")) {
            reader.get(path);
        }
        sends("GET /?lang=" + typed + "%zz HTTP/1.1\r\nHost: localhost\r\n");
        sends("GET /" + typed + "/..;/%00 HTTP/1.1\r\nHost: localhost\r\n");
        sends("GET /{" + person.address() + "} HTTP/1.1\r\nHost: localhost\r\n");
        sends("GET / HTTP/1.1\r\nHost: " + person.address() + ":" + person.address() + "\r\n");
        sends("GET / HTTP/1.1\r\nHost: localhost\r\n" + person.address() + "\r\n");
        sends(person.address() + " / HTTP/1.1\r\nHost: localhost\r\nCookie: donation-1=" + person.address() + "\r\n");
        reader.post("/donations", Map.of("frequency", "once", "amount", person.address(), "currency", "eur"));
        reader.post("/donations", Map.of("frequency", person.name(), "amount", "5", "nonce", person.address()));
        reader.post("/donations", "application/json", "{\"email\": \"%s\"}".formatted(person.address()));
        reader.post("/donations", "application/x-www-form-urlencoded", "amount=%zz" + person.address());
        for (var webhook : List.of("/webhooks/stripe", "/webhooks/mail", "/webhooks/mail/mailgun")) {
            reader.post(webhook, "application/json", "{\"email\": \"%s\"}".formatted(person.address()));
            reader.post(webhook, "application/json", "{\"signature\": \"%s\"".formatted(person.address()));
        }
    }

    /// By page and by script, rightly and with the address in every field; confirms, and asks for the link to
    /// leave.
    private void asksToBeReminded(Person person) {
        var typed = person.address();
        var everywhere = Map.of(
                "email",
                typed + ",",
                "when",
                typed,
                "date",
                typed,
                "consent",
                typed,
                "zone",
                typed,
                "source",
                typed,
                "campaign",
                typed,
                "article",
                "/" + typed,
                "lang",
                typed);
        reader.post("/reminders", everywhere);
        reader.post("/reminders", "application/json", "{\"email\": \"%s,\", \"when\": \"%1$s\"}".formatted(typed));
        reader.post("/reminders", "application/json", "{\"email\": \"" + typed);
        reader.get("/reminders/" + URLEncoder.encode(typed, UTF_8));
        reader.post("/reminders/" + URLEncoder.encode(typed, UTF_8), everywhere);
        reader.post("/unsubscribe/" + URLEncoder.encode(typed, UTF_8), Map.of("List-Unsubscribe", typed));
        reader.post("/unsubscribe", Map.of("email", typed + ","));
        reader.post("/reminders", Map.of("email", typed, "when", "1-month", "consent", "yes", "lang", "en"));
        time.settle();
        var link =
                mail.lettersTo(new EmailAddress(typed).normalised()).getFirst().text();
        reader.post(link.replaceAll("(?s).*?(http\\S+).*", "$1"), Map.of());
        reader.post("/unsubscribe", Map.of("email", typed, "lang", "en"));
        time.settle();
    }

    /// Past all limits, with and without what passes for proof of work.
    private void sendsOpenForms(Person person) {
        reader.with("X-Forwarded-For", NETWORK + "::1");
        var statuses = IntStream.range(0, 9)
                .mapToObj(i -> reader.post("/trial", Map.of("email", person.address(), "altcha", i + person.address()))
                        .status())
                .toList();
        assertThat(statuses).contains(200, 429);
    }

    /// What no browser sends.
    private void sends(String request) {
        try (var socket = new Socket("localhost", reader.origin().getPort())) {
            socket.getOutputStream().write((request + "Connection: close\r\n\r\n").getBytes(UTF_8));
            assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stripeTellsOddThings(Person person) {
        var webhooks = new Webhooks(reader.origin(), webhookSecret);
        var story = new Story(
                UUID.randomUUID().toString().substring(0, 8), UUID.randomUUID(), person.address(), clock.instant());
        var details =
                "\"billing_details\": {\"email\": \"%s\", \"name\": \"%s\"}".formatted(person.address(), person.name());

        var stranger = new Webhooks(reader.origin(), "whsec_of_somebody_else");
        assertThat(stranger.deliver(story.checkoutCompleted("payment"))).isEqualTo(400);
        assertThat(webhooks.deliver("{\"object\": \"%s\", %s".formatted(person.address(), details)))
                .isEqualTo(400);
        assertThat(webhooks.deliver("{\"object\": \"list\", \"id\": \"%s\"}".formatted(person.address())))
                .isEqualTo(400);
        // of no type that we read
        assertThat(webhooks.deliver(
                        story.event("customer.updated", "cus", "{\"id\": \"cus_1\", %s}".formatted(details))))
                .isEqualTo(200);
        // of an unknown shape
        assertThat(webhooks.deliver(
                        story.event("charge.succeeded", "odd", """
                        {"id": "ch_odd%s", "object": "charge", "status": "succeeded", "amount_captured": "%s", %s}
                        """.formatted(story.word(), person.name(), details))))
                .isEqualTo(200);
        // refused by the database
        assertThat(webhooks.deliver(story.event("charge.succeeded", "bad", """
                        {"id": "ch_bad%s", "object": "charge", "status": "succeeded", "amount_captured": -5,
                         "currency": "eur", "created": 1795428000, %s}
                        """.formatted(story.word(), details))))
                .isEqualTo(200);
        // what cannot be a currency ends in the message of an exception
        assertThat(webhooks.deliver(
                        story.event("charge.succeeded", "worse", """
                        {"id": "ch_worse%s", "object": "charge", "status": "succeeded", "amount_captured": 1,
                         "currency": "%s", "created": 1795428000}
                        """.formatted(story.word(), person.address()))))
                .isEqualTo(200);
        time.settle();
    }

    /// And says of which reader, as exceptions like to do.
    private void aTemplateFails(Person person) {
        var model = Map.<String, Object>of("frequency", new Faulty(person));
        for (var part : List.of("donation/mail/receipt.txt", "donation/mail/receipt.html")) {
            assertThatException().isThrownBy(() -> templates.process(part, new Context(Locale.ENGLISH, model)));
        }
    }

    /// Public, for the template.
    public static final class Faulty {

        private final Person person;

        private Faulty(Person person) {
            this.person = person;
        }

        public String getWord() {
            throw new IllegalStateException("No word for " + person.address());
        }
    }

    /// To the mailbox that the service reads by itself, once a minute.
    private void theReceiptComesBack(Person person) {
        var address = new EmailAddress(person.address()).normalised();
        var receipt = mail.lettersTo(address).getFirst();
        var report = Reports.postfix(
                "bounce@polynya.example",
                address,
                receipt.header("Message-ID").orElseThrow(),
                "5.1.1",
                "550 5.1.1 <%s>: %s has left".formatted(person.address(), person.name()),
                clock.instant());
        bounces.getUserManager().getUser("bounces").deliver(Reports.message(report));
        time.advance(Duration.ofMinutes(2));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> jdbc.sql("select exists (select from bounce where kind = 'hard' and source = 'mailbox')")
                        .query(Boolean.class)
                        .single());
        await().until(() -> bounces.getReceivedMessages().length == 0);
    }

    /// In words that name the reader, as mail servers do.
    private void theMailServerRefuses(Person person) {
        try (var server = new ScriptedMailServer()) {
            server.standInFor(relay, () -> {
                server.answers(Step.RCPT, "451 4.2.0 <%s>: greylisted".formatted(person.address()));
                givesAsSomebodyElse(person);
                await().until(() -> waiting("%:451"));
                server.answers(Step.RCPT, "550 5.1.1 <%s>: no such user here".formatted(person.address()));
                jdbc.sql("update letter set next_try_at = now() where status = 'waiting'")
                        .update();
                letterWorker.wake();
                await().atMost(Duration.ofSeconds(20)).until(() -> refused("%:550"));
            });
        }
    }

    private void givesAsSomebodyElse(Person person) {
        var checkout = reader.post("/donations", Map.of("frequency", "once", "amount", "20", "currency", "eur"))
                .location()
                .toString();
        stripe.reader(checkout).as(person.name(), "second-" + person.address()).paysByCard();
        stripe.deliver();
        letterWorker.wake();
    }

    private boolean waiting(String error) {
        return letter("waiting", error);
    }

    private boolean refused(String error) {
        return letter("refused", error);
    }

    private boolean letter(String status, String error) {
        return jdbc.sql("select exists (select from letter where status = :status and last_error like :error)")
                .param("status", status)
                .param("error", error)
                .query(Boolean.class)
                .single();
    }

    /// How a text may lie in a column.
    private enum Coat {
        TEXT("text") {
            @Override
            Object of(Person person) {
                return "Mail to " + person.address().toUpperCase(Locale.ROOT) + " came back";
            }
        },
        NAME("text") {
            @Override
            Object of(Person person) {
                return person.name().toLowerCase(Locale.ROOT);
            }
        },
        BYTES("bytea") {
            @Override
            Object of(Person person) {
                return ("\0\1" + person.address()).getBytes(UTF_8);
            }
        },
        NAME_IN_BYTES("bytea") {
            @Override
            Object of(Person person) {
                return person.name().getBytes(UTF_8);
            }
        },
        BASE64("text") {
            @Override
            Object of(Person person) {
                return Base64.getEncoder().encodeToString(("x" + person.address() + "yz").getBytes(UTF_8));
            }
        },
        BASE64_OF_MAIL("text") {
            @Override
            Object of(Person person) {
                return Base64.getMimeEncoder(20, "\r\n".getBytes(UTF_8))
                        .encodeToString(("To " + person.name() + ", welcome!").getBytes(UTF_8));
            }
        },
        BASE64_OF_LINKS("text") {
            @Override
            Object of(Person person) {
                return Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString((">>" + person.name() + "??").getBytes(UTF_8));
            }
        },
        BASE64_IN_BYTES("bytea") {
            @Override
            Object of(Person person) {
                return Base64.getEncoder().encode(person.address().getBytes(UTF_8));
            }
        },
        PERCENT("text") {
            @Override
            Object of(Person person) {
                return "/?email=" + URLEncoder.encode(person.address(), UTF_8);
            }
        },
        QUOTED_PRINTABLE("text") {
            @Override
            Object of(Person person) {
                return "To: =?UTF-8?Q?" + printable(person.name()) + "?=";
            }
        },
        QUOTED_PRINTABLE_FOLDED("text") {
            @Override
            Object of(Person person) {
                var address = person.address().replace("@", "=40");
                return "Dear " + address.substring(0, 9) + "=\r\n" + address.substring(9);
            }
        },
        HEX("text") {
            @Override
            Object of(Person person) {
                return HexFormat.of()
                        .withUpperCase()
                        .formatHex(person.name().toUpperCase(Locale.ROOT).getBytes(UTF_8));
            }
        },
        JSON("jsonb") {
            @Override
            Object of(Person person) {
                return "{\"customer\": [{\"email\": \"%s\"}]}".formatted(person.address());
            }
        },
        JSON_ESCAPED("json") {
            @Override
            Object of(Person person) {
                var escaped = new StringBuilder();
                person.name().chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
                return "{\"name\": \"" + escaped + "\"}";
            }
        },
        ARRAY("text[]") {
            @Override
            Object of(Person person) {
                return "{other, " + person.address() + "}";
            }
        };

        private final String type;

        Coat(String type) {
            this.type = type;
        }

        abstract Object of(Person person);

        private static String printable(String text) {
            var encoded = new StringBuilder();
            for (var octet : text.getBytes(UTF_8)) {
                encoded.append(octet == ' ' ? "_" : "=%02X".formatted(octet));
            }
            return encoded.toString();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPlantedColumnIsFoundInWhateverCoat(Coat coat) {
        jdbc.sql("create schema planted").update();
        try {
            jdbc.sql("create table planted.\"Odd table\" (id int, memo %s)".formatted(coat.type))
                    .update();
            for (var person : List.of(SUNNIVA, AGLAYA)) {
                jdbc.sql("truncate planted.\"Odd table\"").update();
                jdbc.sql("insert into planted.\"Odd table\" values (1, null), (2, cast(:memo as %s))"
                                .formatted(coat.type))
                        .param("memo", coat.of(person))
                        .update();
                assertThat(new Traces(person.traces()).in(jdbc))
                        .as("%s of %s", coat, person.language())
                        .contains("planted.\"Odd table\".memo");
            }
        } finally {
            jdbc.sql("drop schema planted cascade").update();
        }
    }

    @Test
    void aPlantedLogLineIsFoundInMessageAndStackTrace() {
        var log = LoggerFactory.getLogger(LeakTests.class.getPackageName() + ".planted");
        var planted = new Person("Ottoline Marchbanks", "ottoline.marchbanks@fjordpost.example", "en");

        log.debug("A letter to {}", planted.address());
        log.info("It failed", new IllegalStateException("outer", new RuntimeException(planted.name())));

        assertThat(new Traces(List.of(planted.address())).in(LogTape.entries())).containsExactly(log.getName());
        assertThat(new Traces(List.of("Marchbanks, O.", planted.name())).in(LogTape.entries()))
                .containsExactly(log.getName());
        assertThat(new Traces(List.of("nobody@fjordpost.example")).in(LogTape.entries()))
                .isEmpty();
    }
}
