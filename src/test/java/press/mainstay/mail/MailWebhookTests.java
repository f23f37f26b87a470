package press.mainstay.mail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;
import press.mainstay.FeatureTest;
import press.mainstay.FeatureTestConfiguration;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.OptInService;
import press.mainstay.supporter.SupporterService;

/// What a provider of mail tells of bounces and complaints.
@FeatureTest
@ExtendWith(OutputCaptureExtension.class)
class MailWebhookTests {

    private static final List<byte[]> KEYS =
            new MailWebhookProperties(List.of(FeatureTestConfiguration.MAIL_WEBHOOK_SECRET), null).keys();

    @Autowired
    private Visitor provider;

    @Autowired
    private BounceService bounces;

    @Autowired
    private SuppressionService suppressions;

    @Autowired
    private SupporterService supporters;

    @Autowired
    private OptInService optIns;

    @Autowired
    private MailIds ids;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DemoClock clock;

    private final String word = UUID.randomUUID().toString().substring(0, 8);
    private final EmailAddress address = new EmailAddress("reader-" + word + "@reader.example");
    private UUID reader;
    private UUID letter;

    @BeforeEach
    void send() {
        optIns.confirm(
                optIns.ask(MailList.NEWSLETTER, address, Locale.ENGLISH, "page", "I agree"), person -> reader = person);
        letter = jdbc.sql("""
                        insert into letter (id, kind, about, supporter, status, next_try_at, promised_at, send_before, sent_at)
                        values (gen_random_uuid(), 'note', :about, :reader, 'sent', :now, :now, :now, :now) returning id
                        """)
                .param("about", word)
                .param("reader", reader)
                .param("now", clock.instant().minusSeconds(600).atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .single();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "bounce, 5.1.1, hard, hard_bounce",
        "bounce, 550 5.1.1 No such user, hard, hard_bounce",
        "bounce, 4.2.2, soft,",
        "bounce, 5.7.1, policy,",
        "complaint, '', complaint,",
        "bounce, 2.0.0,,",
        "bounce, unknown,,",
        "opened, '',,"
    })
    void anEventIsBookedByItsTypeAndStatus(String type, String status, String kind, String everything) {
        assertThat(tell(event(type, status))).isEqualTo(200);

        assertThat(kinds()).isEqualTo(kind == null ? List.of() : List.of(kind));
        assertThat(suppressions.stops(supporters.hash(address), null).map(Reason::word))
                .isEqualTo(java.util.Optional.ofNullable(everything));
        assertThat(suppressions
                        .stops(supporters.hash(address), MailList.NEWSLETTER)
                        .isPresent())
                .isEqualTo(everything != null || "complaint".equals(kind));
    }

    @Test
    void toBeToldTwiceIsAsGoodAsOnce() {
        var body = "[%1$s, %1$s]".formatted(event("bounce", "5.1.1"));

        assertThat(tell(body)).isEqualTo(200);
        assertThat(tell(body)).isEqualTo(200);

        assertThat(kinds()).containsExactly("hard");
    }

    @Test
    void theMessageIdAndTheRecipientNameAMailTogether() {
        var bare = ids.messageId(letter).replaceAll("[<>]", "");

        tell("{\"type\": \"bounce\", \"status\": \"5.1.1\", \"message_id\": \"%s\"}".formatted(bare));
        tell("{\"type\": \"bounce\", \"status\": \"5.1.1\", \"recipient\": \"%s\"}".formatted(address.value()));
        assertThat(kinds()).isEmpty();

        tell("{\"type\": \"bounce\", \"status\": \"5.1.1\", \"message_id\": \"%s\", \"recipient\": \"%s\"}"
                .formatted(bare, address.value()));
        assertThat(kinds()).containsExactly("hard");
    }

    @Test
    void whatIsNotSignedByTheProviderDoesNothing() {
        var body = event("bounce", "5.1.1");
        var now = Instant.now();

        assertThat(post(body, Map.of())).isEqualTo(401);
        assertThat(post(body, signed(new byte[24], "msg_1", now, body))).isEqualTo(401);
        assertThat(post(body + " ", signed(KEYS.getFirst(), "msg_1", now, body)))
                .isEqualTo(401);
        assertThat(post(body, signed(KEYS.getFirst(), "msg_1", now.minusSeconds(301), body)))
                .isEqualTo(401);
        assertThat(post(body, signed(KEYS.getFirst(), "msg_1", now.plusSeconds(310), body)))
                .isEqualTo(401);
        assertThat(post(
                        body,
                        Map.of(
                                "webhook-id",
                                "a",
                                "webhook-timestamp",
                                "99999999999999999999",
                                "webhook-signature",
                                "v1,")))
                .isEqualTo(401);

        assertThat(kinds()).isEmpty();
        assertThat(post(body, signed(KEYS.getFirst(), "msg_1", now.minusSeconds(290), body)))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[null]", "{", "[", "7", "\"bounce\"", "[[]]", "[{\"type\": {}}]", "\u0000"})
    void whatIsNoEventIsRefusedEvenIfSigned(String body) {
        assertThat(tell(body)).isEqualTo(400);
    }

    @Test
    void anEventThatIsHalfWrongIsRefusedAsAWhole() {
        var odd = event("bounce", "5.1.1").replace("\"at\": \"", "\"at\": \"about ");

        assertThat(tell("[%s, %s]".formatted(event("bounce", "5.1.1"), odd))).isEqualTo(400);

        assertThat(kinds()).isEmpty();
    }

    @Test
    void moreThanAMebibyteOrAThousandEventsAreRefused() {
        assertThat(tell("[" + "{},".repeat(1_000) + "{}]")).isEqualTo(400);
        assertThat(tell("[" + " ".repeat(1 << 20) + "]")).isEqualTo(413);
        assertThat(tell("[" + "{},".repeat(999) + "{}]")).isEqualTo(200);
    }

    /// From the specification's own libraries.
    @Test
    void theSignatureIsThatOfStandardWebhooks() {
        var matches = MailWebhookSignature.matches(
                "{\"test\": 2432232314}".getBytes(UTF_8),
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                "v1,bad v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                KEYS,
                Instant.ofEpochSecond(1614265330));

        assertThat(matches).isTrue();
    }

    @Test
    void withoutASecretThereIsNoWebhook() throws Exception {
        var nobody = new MailWebhookController(bounces, new MailWebhookProperties(List.of(""), ""), meters);

        assertThat(nobody.receive(new MockHttpServletRequest()).getStatusCode().value())
                .isEqualTo(404);
        assertThat(nobody.receiveMailgun(new MockHttpServletRequest())
                        .getStatusCode()
                        .value())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "whsec_", "whsec_%%%", "whsec_c2hvcnQ="})
    void aWeakSecretIsToldWithoutQuotingIt(String secret) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MailWebhookProperties(List.of(secret), null))
                .withMessageContaining("mainstay.mail.webhook.secrets")
                .withMessageNotContaining("%%%")
                .withMessageNotContaining("c2hvcnQ=");
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource({
        "failed, permanent, bounce, 5.1.1, 550, hard",
        "failed, permanent, bounce, '', 550, soft",
        "failed, permanent, old, 4.4.1, 602, soft",
        "failed, permanent, suppress-bounce, '', 605, soft",
        "failed, permanent, suppress-complaint, '', 607, complaint",
        "failed, permanent, suppress-unsubscribe, '', 606,",
        "failed, permanent, generic, 5.7.1, 550, policy",
        "failed, temporary, generic, 4.2.2, 452,",
        "complained, '', '', '', 0, complaint",
        "delivered, '', '', '', 250,"
    })
    void whatMailgunTellsIsBooked(
            String event, String severity, String reason, String enhanced, int code, String kind) {
        assertThat(tellMailgun(FeatureTestConfiguration.MAILGUN_KEY, Instant.now(), """
                {"event": "%s", "severity": "%s", "reason": "%s", "recipient": "%s", "timestamp": %d.329574,
                 "id": "G9Bn5sl1TC6nu79C8C0bwg", "log-level": "error", "envelope": {"sending-ip": "192.0.2.1"},
                 "message": {"headers": {"to": "A <%4$s>", "message-id": "%6$s", "subject": "Your receipt"}},
                 "delivery-status": {"code": %7$d, "enhanced-code": "%8$s", "message": "%4$s is not here"}}
                """.formatted(
                                event,
                                severity,
                                reason,
                                address.value(),
                                clock.instant().getEpochSecond(),
                                ids.messageId(letter).replaceAll("[<>]", ""),
                                code,
                                enhanced)))
                .isEqualTo(200);

        assertThat(kinds()).isEqualTo(kind == null ? List.of() : List.of(kind));
    }

    @Test
    void mailgunMayNameTheMailByItsEnvelope() {
        tellMailgun(FeatureTestConfiguration.MAILGUN_KEY, Instant.now(), """
                {"event": "failed", "severity": "permanent", "envelope": {"sender": "%s", "transport": "smtp"},
                 "delivery-status": {"code": 550, "enhanced-code": "5.1.1"}}
                """.formatted(ids.envelopeFrom(letter)));

        assertThat(kinds()).containsExactly("hard");
    }

    @Test
    void whatMailgunDidNotSignDoesNothing() {
        var event =
                "{\"event\": \"complained\", \"envelope\": {\"sender\": \"%s\"}}".formatted(ids.envelopeFrom(letter));

        assertThat(tellMailgun("another key", Instant.now(), event)).isEqualTo(401);
        assertThat(tellMailgun(
                        FeatureTestConfiguration.MAILGUN_KEY, Instant.now().minusSeconds(13 * 3600), event))
                .isEqualTo(401);
        for (var body : List.of("null", "{}", "{\"event-data\": " + event + "}", "{\"signature\": {}}")) {
            assertThat(provider.post("/webhooks/mail/mailgun", "application/json", body)
                            .status())
                    .isEqualTo(401);
        }
        assertThat(provider.post("/webhooks/mail/mailgun", "application/json", "{\"signature\": 7")
                        .status())
                .isEqualTo(400);

        assertThat(kinds()).isEmpty();
    }

    @Test
    void nobodyIsNamedInTheLog(CapturedOutput output) {
        tell("[{\"type\": \"bounce\", \"status\": \"5.1.1 %1$s\", \"recipient\": \"%1$s\", \"message_id\": \"%1$s\"}]"
                .formatted(address.value()));
        tell("[{\"type\": \"bounce\", \"at\": \"%1$s\", \"status\": \"5.1.1\"}]".formatted(address.value()));
        tell("{\"%s\": ".formatted(address.value()));
        tell(event("bounce", "5.1.1"));

        assertThat(kinds()).containsExactly("hard");
        assertThat(output).doesNotContain(address.value());
    }

    private String event(String type, String status) {
        return "{\"type\": \"%s\", \"status\": \"%s\", \"envelope\": \"%s\", \"at\": \"%s\", \"more\": {}}"
                .formatted(type, status, ids.envelopeFrom(letter), clock.instant());
    }

    private List<String> kinds() {
        return jdbc.sql("select kind from bounce where mail = :mail and source = 'provider'")
                .param("mail", letter)
                .query(String.class)
                .list();
    }

    private int tell(String body) {
        return post(body, signed(KEYS.getFirst(), "msg_" + word, Instant.now(), body));
    }

    private int post(String body, Map<String, String> headers) {
        var sender = new Visitor(provider.origin());
        headers.forEach(sender::with);
        return sender.post("/webhooks/mail", "application/json", body).status();
    }

    private static Map<String, String> signed(byte[] key, String id, Instant at, String body) {
        var signature = mac(key, id + "." + at.getEpochSecond() + "." + body);
        return Map.of(
                "webhook-id",
                id,
                "webhook-timestamp",
                Long.toString(at.getEpochSecond()),
                "webhook-signature",
                "v1,AAAA v1," + Base64.getEncoder().encodeToString(signature));
    }

    private int tellMailgun(String key, Instant at, String data) {
        var token = word.repeat(6);
        var signature = HexFormat.of().formatHex(mac(key.getBytes(UTF_8), at.getEpochSecond() + token));
        return provider.post("/webhooks/mail/mailgun", "application/json", """
                        {"signature": {"timestamp": "%d", "token": "%s", "signature": "%s"}, "event-data": %s}
                        """.formatted(
                                at.getEpochSecond(), token, signature, data))
                .status();
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
