package press.mainstay.desk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.mail.SuppressionService;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;
import press.mainstay.supporter.OptInService;
import press.mainstay.supporter.SupporterService;

/// What whoever runs the service sees of bounces and consents, on the management port.
@FeatureTest
@ExtendWith(OutputCaptureExtension.class)
class MailDeskTests {

    @Autowired
    private SuppressionService suppressions;

    @Autowired
    private SupporterService supporters;

    @Autowired
    private OptInService optIns;

    @Autowired
    private JdbcClient jdbc;

    @Value("${local.management.port}")
    private int managementPort;

    private final EmailAddress address =
            new EmailAddress("Reader-" + UUID.randomUUID().toString().substring(0, 8) + "@reader.example");
    private Visitor operator;
    private KeyedHash hash;
    private UUID reader;

    @BeforeEach
    void sitDown() {
        operator = new Visitor(URI.create("http://localhost:" + managementPort));
        hash = supporters.hash(address);
        optIns.confirm(
                optIns.ask(MailList.NEWSLETTER, address, Locale.ENGLISH, "page", "I agree"), person -> reader = person);
    }

    @Test
    void whatCameBackIsShownWithoutAddresses() {
        var mail = UUID.randomUUID();
        jdbc.sql("""
                        insert into bounce (mail, kind, code, source, email_hash, happened_at, booked_at)
                        values (:mail, 'hard', '5.1.1', 'mailbox', :hash, now(), now() + interval '100 years')
                        """).param("mail", mail).param("hash", hash.bytes()).update();
        suppressions.close(hash, Reason.HARD_BOUNCE);

        var page = operator.get("/actuator/mail").body();

        jdbc.sql("delete from bounce where mail = :mail").param("mail", mail).update();
        assertThat(page)
                .contains(mail.toString(), "\"code\":\"5.1.1\"", "\"reason\":\"hard_bounce\"", hex())
                .doesNotContainIgnoringCase(address.value());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClosedMailboxIsOpenedAgainByItsAddressOrItsHash(boolean byAddress, CapturedOutput output) {
        suppressions.close(hash, Reason.HARD_BOUNCE);

        assertThat(lift(byAddress ? address.value().toUpperCase(Locale.ROOT) : hex()))
                .contains("It is written to again.");

        assertThat(suppressions.stops(hash, null)).isEmpty();
        assertThat(output).contains("Lifted 1 suppressions of " + hex());
        assertThat(output.toString()).doesNotContainIgnoringCase(address.value());
    }

    @Test
    void whoLeftAListIsNotPutBackByStaff() {
        suppressions.leave(reader, MailList.NEWSLETTER, Reason.UNSUBSCRIBED);

        assertThat(lift(address.value())).contains("nothing was done");

        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).contains(Reason.UNSUBSCRIBED);
    }

    @Test
    void whatIsNoAddressLiftsNothing() {
        assertThat(lift("nobody")).contains("neither an address nor a hash");
    }

    @Test
    void consentsAreExportedWithAddressesForAReasonOnly(CapturedOutput output) {
        var consent = jdbc.sql("select id from consent where supporter = :reader")
                .param("reader", reader)
                .query(UUID.class)
                .single();
        var before = new UUID(consent.getMostSignificantBits(), consent.getLeastSignificantBits() - 1);

        var without = export("{\"after\": \"%s\"}".formatted(before));
        var with = export("{\"after\": \"%s\", \"reason\": \"case-17\"}".formatted(before));

        assertThat(without.lines().findFirst().orElseThrow())
                .contains(reader.toString(), "\"list\":\"newsletter\"", "\"words\":\"I agree\"", "\"confirmed_at\":")
                .doesNotContain(address.value());
        assertThat(with.lines().findFirst().orElseThrow()).contains(reader.toString(), address.value());
        assertThat(output).contains("without addresses", "with addresses for case-17");
        assertThat(output).doesNotContain(address.value());
        assertThat(operator.post(
                                "/actuator/consents",
                                "application/json",
                                "{\"reason\": \"Reader %s asked\"}".formatted(address.value()))
                        .status())
                .isEqualTo(400);
    }

    private String export(String body) {
        var answer = operator.post("/actuator/consents", "application/json", body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/x-ndjson"));
        return answer.body();
    }

    private String lift(String what) {
        return operator.post("/actuator/mail", "application/json", "{\"lift\": \"%s\"}".formatted(what))
                .body();
    }

    private String hex() {
        return HexFormat.of().formatHex(hash.bytes());
    }
}
