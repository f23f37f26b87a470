package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import press.mainstay.shared.EmailAddress;

class ReportReaderTests {

    private static final Instant AT = Instant.parse("2026-11-25T03:14:49Z");
    private static final String BOX = "bounce+7.8@polynya.example";
    private static final String READER = "reader@reader.example";
    private static final String ID = "<0123456789abcdef0123456789abcdef@polynya.example>";

    @Test
    void aReportOfPostfixSaysWhichMailFailedAndWhy() throws Exception {
        assertThat(failed(Reports.postfix(BOX, READER, ID, "5.1.1", "550 5.1.1 <%s>: no".formatted(READER), AT)))
                .isEqualTo(notice("5.1.1", BounceKind.HARD, AT, READER, READER, READER));
    }

    @Test
    void aReportOfExchangeSaysWhichMailFailedAndWhy() throws Exception {
        var notice = failed(Reports.exchange(BOX, READER, ID, AT));

        assertThat(notice.code()).isEqualTo(new DeliveryCode("5.1.10"));
        assertThat(notice.envelopes()).contains(new EmailAddress(BOX));
        assertThat(notice.messageIds()).hasSize(1).first().asString().contains(ID);
    }

    @Test
    void aVagueStatusYieldsToTheServersWords() throws Exception {
        var notice = failed(Reports.gmail(BOX, READER, ID, AT));

        assertThat(notice.code()).isEqualTo(new DeliveryCode("5.1.1"));
        assertThat(notice.kind()).isEqualTo(BounceKind.HARD);
        assertThat(notice.messageIds()).containsExactly(ID);
    }

    @Test
    void aMailThatIsStillTriedHasNotFailed() throws Exception {
        assertThat(read(Reports.postfix(BOX, READER, ID, "4.4.1", "timed out", AT)))
                .isEqualTo(new Returned.Harmless());
    }

    @ParameterizedTest
    @ValueSource(strings = {"delivered", "relayed", "expanded"})
    void aMailThatArrivedHasNotFailed(String action) throws Exception {
        var report = Reports.postfix(BOX, READER, ID, "2.1.5", "250 2.1.5 Ok", AT);

        assertThat(read(report.replace("Action: failed", "Action: " + action))).isEqualTo(new Returned.Harmless());
        assertThat(read(report)).isEqualTo(new Returned.Harmless());
    }

    @Test
    void aMailThatWasGivenUpAfterDaysIsSoft() throws Exception {
        var report =
                Reports.postfix(BOX, READER, ID, "4.4.1", "timed out", AT).replace("Action: delayed", "Action: failed");

        assertThat(failed(report).kind()).isEqualTo(BounceKind.SOFT);
    }

    @Test
    void aComplaintSaysWhichMailItIsAbout() throws Exception {
        var notice = failed(Reports.complaint("abuse", BOX, READER, ID, AT));

        assertThat(notice.kind()).isEqualTo(BounceKind.COMPLAINT);
        assertThat(notice.envelopes()).contains(new EmailAddress(BOX));
        assertThat(notice.recipients()).contains(new EmailAddress(READER));
        assertThat(notice.messageIds()).containsExactly(ID);
        assertThat(notice.at()).isEqualTo(AT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not-spam", "auth-failure", "virus", "other", ""})
    void otherFeedbackIsNoComplaint(String type) throws Exception {
        assertThat(read(Reports.complaint(type, BOX, READER, ID, AT))).isEqualTo(new Returned.Harmless());
    }

    @Test
    void whatIsNoReportIsNotSearchedForCodes() throws Exception {
        assertThat(read(Reports.plain(BOX, ""))).isEqualTo(new Returned.Plain(List.of(new EmailAddress(BOX)), false));
        assertThat(read(Reports.plain(BOX, "Auto-Submitted: no\n")))
                .isEqualTo(new Returned.Plain(List.of(new EmailAddress(BOX)), false));
        assertThat(read(Reports.plain(BOX, "Auto-Submitted: auto-replied (vacation)\n")))
                .isEqualTo(new Returned.Plain(List.of(new EmailAddress(BOX)), true));
    }

    @Test
    void aNoticePrintsNobody() throws Exception {
        assertThat(failed(Reports.postfix(BOX, READER, ID, "5.1.1", "550", AT)).toString())
                .doesNotContain("reader@", "bounce+");
    }

    static Stream<String> broken() {
        var postfix = Reports.postfix(BOX, READER, ID, "5.1.1", "550 5.1.1 no", AT);
        return Stream.of(
                postfix.replace("boundary=", "border="),
                postfix.replace("--4C1F2A0B3", "--other"),
                postfix.replace(
                        "message/delivery-status", "message/delivery-status\nContent-Transfer-Encoding: base64"),
                postfix.replace("message/delivery-status", "message/delivery-status\nContent-Transfer-Encoding: none"),
                postfix.replace("message/delivery-status", "message/; ;=\"\u0000"),
                postfix.replace("Final-Recipient", "\u0000\u0001\u0007").replace("Action", ": :"),
                postfix.replace(":", ""),
                postfix.replace("multipart/report;", "multipart/report; report-type*0*=utf-8''%zz;"),
                postfix.substring(0, postfix.indexOf("Reporting-MTA")),
                "Content-Type: multipart/report; boundary=a\n\n--a--\n",
                "Content-Type: multipart/report; boundary=\"\"\n\n\n",
                "Content-Type: multipart/report\n\n",
                "Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n\n--a--");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aBrokenReportHarmsNobody(String report) throws Exception {
        assertThat(read(report)).isNotNull(); // and throws nothing
    }

    static Stream<String> hostile() {
        var start = "To: " + BOX + "\nContent-Type: multipart/report; report-type=delivery-status; boundary=a\n\n";
        var status = "--a\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n";
        var nested = new ArrayList<String>();
        for (var i = 0; i < 10_000; i++) {
            nested.add("--b%d\nContent-Type: multipart/report; boundary=b%d\n\n".formatted(i, i + 1));
        }
        return Stream.of(
                start + "--a\n\nx\n".repeat(90_000) + "--a--\n",
                start + "--a\n".repeat(150_000) + "--a--\n",
                start + status + "A: b\n\n".repeat(110_000) + "--a--\n",
                start + status + "Action: failed\n".repeat(60_000) + "--a--\n",
                start + status + "Status: " + "5.1.".repeat(200_000) + "\n\n--a--\n",
                start + status + "Action: failed\nFinal-Recipient: rfc822; " + "(".repeat(500_000) + "\n\n--a--\n",
                start + status + "Action: failed\nFinal-Recipient: rfc822; " + "a@b,".repeat(200_000) + "\n\n--a--\n",
                start.replace("To: ", "To: " + "a@b.example, ".repeat(60_000)) + status + "--a--\n",
                start.replace("boundary=a", "x=y; ".repeat(380) + "boundary=a") + status + "--a--\n",
                start.replace("boundary=a", "boundary=" + "a".repeat(1_900)) + "--" + "a".repeat(900_000) + "\n",
                "Content-Type: multipart/report; boundary=b0\n\n" + String.join("", nested),
                start + " \n".repeat(300_000),
                start.replace("\n\n", "\n" + "X: y\n".repeat(150_000) + "\n") + status);
    }

    @ParameterizedTest
    @MethodSource("hostile")
    @Timeout(10)
    void aReportThatIsMadeToHarmHoldsUpTheOthersForAMomentOnly(String report) throws Exception {
        assertThat(report.length()).isLessThan(ReportReader.LARGEST);

        assertThat(read(report)).isNotNull();
    }

    @Test
    void moreThanTheServerSaidIsNotReadToTheEnd() {
        var report = Reports.postfix(BOX, READER, ID, "5.1.1", "550", AT);
        var bytes = (report + "x".repeat(50 << 20)).getBytes(StandardCharsets.UTF_8);

        assertThatIOException().isThrownBy(() -> ReportReader.read(Reports.message(bytes)));
    }

    private static BounceNotice notice(String code, BounceKind kind, Instant at, String... recipients) {
        return new BounceNotice(
                List.of(
                        new EmailAddress("bounces-inbox@polynya.example"),
                        new EmailAddress(BOX),
                        new EmailAddress("post@polynya.example")),
                Collections.singletonList(ID),
                Stream.of(recipients).map(EmailAddress::new).toList(),
                kind,
                new DeliveryCode(code),
                at);
    }

    private static BounceNotice failed(String report) throws Exception {
        return ((Returned.Failed) read(report)).notice();
    }

    private static Returned read(String report) throws Exception {
        return ReportReader.read(Reports.message(report));
    }
}
