package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoClock;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.stripe.StripeSimulator;
import press.mainstay.mail.BounceMailboxProperties.Protocol;
import press.mainstay.mail.BounceService.Source;
import press.mainstay.mail.ScriptedMailServer.Step;
import press.mainstay.mail.SuppressionService.Reason;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.shared.MailList;
import press.mainstay.shared.QueueWorker;
import press.mainstay.supporter.ConsentService;
import press.mainstay.supporter.OptInService;
import press.mainstay.supporter.SupporterService;

/// What comes back, into a real mailbox, and what follows from it.
@FeatureTest
@ExtendWith(OutputCaptureExtension.class)
class BounceTests {

    private static final GreenMail server = new GreenMail(new ServerSetup[] {
        new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_IMAP),
        new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_POP3)
    });
    private static GreenMailUser mailbox;

    @Autowired
    private BounceService bounces;

    @Autowired
    private SuppressionService suppressions;

    @Autowired
    private MailIds ids;

    @Autowired
    private OptInService optIns;

    @Autowired
    private ConsentService consents;

    @Autowired
    private SupporterService supporters;

    @Autowired
    private UnsubscribeLinks links;

    @Autowired
    private NewsroomProperties newsroom;

    @Autowired
    private Sealing sealing;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private DemoClock clock;

    @Autowired
    private DemoMail mail;

    @Autowired
    private Visitor visitor;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private JavaMailSenderImpl relay;

    @Autowired
    private QueueWorker letterWorker;

    private final String word = UUID.randomUUID().toString().substring(0, 8);
    private final EmailAddress address = new EmailAddress("reader-" + word + "@reader.example");
    private UUID reader;
    private KeyedHash hash;

    @BeforeAll
    static void openMailbox() {
        server.start();
        mailbox = server.setUser("bounces-inbox@polynya.example", "bounces", "secret");
    }

    @AfterAll
    static void closeMailbox() {
        server.stop();
    }

    @BeforeEach
    void meet() throws Exception {
        server.purgeEmailFromAllMailboxes();
        hash = supporters.hash(address);
        for (var list : MailList.values()) {
            optIns.confirm(optIns.ask(list, address, Locale.ENGLISH, "page", "I agree"), person -> reader = person);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"postfix", "exchange", "gmail"})
    void noSuchMailboxStopsEverything(String server) {
        var letter = sent(Duration.ofHours(1));
        var to = ids.envelopeFrom(letter);
        var id = ids.messageId(letter);

        comesBack(
                switch (server) {
                    case "postfix" ->
                        Reports.postfix(to, address.value(), id, "5.1.1", "550 5.1.1 No such user", clock.instant());
                    case "exchange" -> Reports.exchange(to, address.value(), id, clock.instant());
                    default -> Reports.gmail(to, address.value(), id, clock.instant());
                });

        assertThat(booked(letter))
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("kind", "hard").containsEntry("source", "mailbox"));
        assertThat(suppressions.stops(hash, null)).contains(Reason.HARD_BOUNCE);
        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).contains(Reason.HARD_BOUNCE);
        assertThat(inMailbox()).isZero();
    }

    /// As after a crash between booking and deleting.
    @ParameterizedTest
    @EnumSource(names = {"IMAP", "POP3"})
    void theSameReportTwiceIsBookedOnce(Protocol protocol) {
        var letter = sent(Duration.ofHours(1));
        deliver(hard(letter));
        deliver(hard(letter));

        box(protocol).read();
        deliver(hard(letter));
        box(protocol).read();

        assertThat(booked(letter)).hasSize(1);
        assertThat(inMailbox()).isZero();
    }

    @Test
    void aReportThatNamesNoMailOfOursDoesNothing() {
        var letter = sent(Duration.ofHours(1));
        var other = ids.envelopeFrom(UUID.randomUUID());
        var forged = ids.envelopeFrom(letter).replaceFirst("\\.[0-9a-f]{16}@", ".0123456789abcdef@");
        var strangersId = "<0123456789abcdef0123456789abcdef@localhost>";

        for (var to : List.of(forged, other, "bounce@polynya.example", "post@polynya.example")) {
            deliver(Reports.postfix(to, address.value(), strangersId, "5.1.1", "550 5.1.1", clock.instant()));
            deliver(Reports.complaint("abuse", to, address.value(), strangersId, clock.instant()));
        }
        box(Protocol.IMAP).read();

        assertThat(booked(letter)).isEmpty();
        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).isEmpty();
        assertThat(consents.holds(reader, MailList.NEWSLETTER)).isTrue();
        assertThat(inMailbox()).isZero();
    }

    /// Where the newsroom has no bounce address, or a server reports to another.
    @Test
    void theMessageIdNamesTheMailToo() {
        var letter = sent(Duration.ofHours(2));
        var others = sent(Duration.ofHours(1));

        comesBack(Reports.exchange("post@polynya.example", address.value(), ids.messageId(letter), clock.instant()));

        assertThat(booked(letter)).hasSize(1);
        assertThat(booked(others)).isEmpty();
    }

    @Test
    void aMessageIdIsOfNoUseForAnotherPerson() {
        var letter = sent(Duration.ofHours(1));

        comesBack(Reports.exchange(
                "post@polynya.example", "other-" + address.value(), ids.messageId(letter), clock.instant()));

        assertThat(booked(letter)).isEmpty();
    }

    @Test
    void threeSoftReportsOnTwoDaysCloseAMailbox() {
        soft(sent(Duration.ofDays(9)), Duration.ofDays(9));
        soft(sent(Duration.ofDays(3)), Duration.ofDays(3));
        assertThat(suppressions.stops(hash, null)).isEmpty();

        soft(sent(Duration.ofHours(1)), Duration.ZERO);

        assertThat(suppressions.stops(hash, null)).contains(Reason.SOFT_BOUNCES);
    }

    @Test
    void threeSoftReportsOfOneMailAreOne() {
        var letter = sent(Duration.ofDays(3));

        for (var days = 2; days >= 0; days--) {
            soft(letter, Duration.ofDays(days));
        }

        assertThat(suppressions.stops(hash, null)).isEmpty();
    }

    @Test
    void threeSoftReportsOfOneDayAreNotEnough() {
        var noon = clock.instant().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(12));
        for (var i = 0; i < 3; i++) {
            var age = Duration.between(noon.plusSeconds(i), clock.instant());
            soft(sent(age.plusMinutes(1)), age);
        }

        assertThat(suppressions.stops(hash, null)).isEmpty();
    }

    @Test
    void softReportsAreForgottenAfterThirtyDays() {
        // booked when they came, and looked at today
        jdbc.sql("""
                        insert into bounce (mail, kind, source, email_hash, happened_at, booked_at)
                        select gen_random_uuid(), 'soft', 'mailbox', :hash, cast(:now as timestamptz) - age, :now
                        from unnest(array[interval '31 days', interval '40 days']) age
                        """)
                .param("hash", hash.bytes())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();

        soft(sent(Duration.ofHours(1)), Duration.ZERO);

        assertThat(suppressions.stops(hash, null)).isEmpty();
    }

    @Test
    void aMailThatGetsThroughMakesSoftReportsForgotten() {
        soft(sent(Duration.ofDays(9)), Duration.ofDays(9));
        soft(sent(Duration.ofDays(6)), Duration.ofDays(6));
        sent(Duration.ofDays(4));

        soft(sent(Duration.ofDays(2)), Duration.ofDays(2));
        soft(sent(Duration.ofHours(1)), Duration.ZERO);
        assertThat(suppressions.stops(hash, null)).isEmpty();

        soft(sent(Duration.ofMinutes(5)), Duration.ZERO);
        assertThat(suppressions.stops(hash, null)).contains(Reason.SOFT_BOUNCES);
    }

    @Test
    void whoeverDislikesOurServerDoesNotCloseAMailbox() {
        var code = new DeliveryCode("5.7.1");
        for (var days = 4; days >= 0; days--) {
            var ago = Duration.ofDays(days);
            var letter = sent(ago);
            bounces.take(
                    letter, code.kind(), code, Source.MAILBOX, clock.instant().minus(ago));
            assertThat(booked(letter))
                    .singleElement()
                    .satisfies(row ->
                            assertThat(row).containsEntry("kind", "policy").containsEntry("code", "5.7.1"));
        }

        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).isEmpty();
    }

    @Test
    void aComplaintTakesAReaderOffBothListsAndReceiptsStillGo() {
        give();
        var receipt = letters("receipt").getFirst();

        comesBack(Reports.complaint(
                "abuse", ids.envelopeFrom(receipt), "redacted@reader.example", "<1@x>", clock.instant()));

        for (var list : MailList.values()) {
            assertThat(suppressions.stops(hash, list)).contains(Reason.COMPLAINT);
            assertThat(consents.holds(reader, list)).isFalse();
        }
        assertThat(suppressions.stops(hash, null)).isEmpty();
        give();
        assertThat(mail.lettersTo(address.value())).hasSize(2);
    }

    @Test
    void aComplaintIsNotTakenBackBySigningUpAgain() {
        var letter = sent(Duration.ofHours(1));
        comesBack(Reports.complaint("abuse", "x@y.example", address.value(), ids.messageId(letter), clock.instant()));

        suppressions.rejoin(hash, MailList.NEWSLETTER);

        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).contains(Reason.COMPLAINT);
    }

    @Test
    void aClosedMailboxStaysClosedWhenItsOwnerIsForgottenAndSignsUpAgain() {
        var letter = sent(Duration.ofHours(1));
        comesBack(hard(letter));

        forget();
        optIns.confirm(
                optIns.ask(MailList.NEWSLETTER, address, Locale.ENGLISH, "page", "I agree"), person -> reader = person);

        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).contains(Reason.HARD_BOUNCE);
        give();
        assertThat(letters("receipt")).hasSize(1);
        assertThat(mail.lettersTo(address.value())).isEmpty();
    }

    @Test
    void aReportAboutSomebodyForgottenDoesNothing() {
        var letter = sent(Duration.ofHours(1));
        forget();

        comesBack(hard(letter));

        assertThat(booked(letter)).isEmpty();
        assertThat(suppressions.stops(hash, null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"hard, everything, hard_bounce", "complaint, newsletter, complaint"})
    void anAddressThatNobodyConfirmedIsStoppedToo(String kind, String stops, String reason) {
        var stranger = new EmailAddress("stranger-" + word + "@reader.example");
        var asked = optIns.ask(MailList.NEWSLETTER, stranger, Locale.ENGLISH, "page", "I agree");
        var letter = letter("newsletter-confirmation", asked.toString(), null, Duration.ofMinutes(5));

        comesBack(
                kind.equals("hard")
                        ? Reports.exchange(
                                ids.envelopeFrom(letter), stranger.value(), ids.messageId(letter), clock.instant())
                        : Reports.complaint(
                                "abuse",
                                ids.envelopeFrom(letter),
                                stranger.value(),
                                ids.messageId(letter),
                                clock.instant()));

        assertThat(jdbc.sql("select reason from suppression where email_hash = :hash and stops = :stops")
                        .param("hash", supporters.hash(stranger).bytes())
                        .param("stops", stops)
                        .query(String.class)
                        .list())
                .containsExactly(reason);
    }

    @Test
    void whatIsNoReportDoesNothingAndStaysForTwoWeeksUnlessAMachineWroteIt() {
        var letter = sent(Duration.ofHours(1));
        var to = ids.envelopeFrom(letter);
        deliver(Reports.plain(to, ""));
        deliver(Reports.plain(to, "Auto-Submitted: auto-replied\n"));
        deliver(Reports.plain(to, "Content-Type: multipart/report; boundary=none\nAuto-Submitted: auto-replied\n"));

        box(Protocol.IMAP).read();

        assertThat(booked(letter)).isEmpty();
        assertThat(inMailbox()).isEqualTo(2);

        box(Protocol.IMAP, Clock.offset(clock, Duration.ofDays(13))).read();
        assertThat(inMailbox()).isEqualTo(2);

        box(Protocol.IMAP, Clock.offset(clock, Duration.ofDays(15))).read();
        assertThat(inMailbox()).isZero();
    }

    @Test
    void aReportThatIsTooLargeIsLeftAloneAndTheNextIsRead() {
        var letter = sent(Duration.ofHours(1));
        var huge = (hard(letter) + "x".repeat(50 << 20)).getBytes(StandardCharsets.UTF_8);
        mailbox.deliver(Reports.message(huge));
        deliver(hard(letter).replace("--4C1F2A0B3", "--4C1F"));
        assertThat(booked(letter)).isEmpty();

        comesBack(hard(letter));

        assertThat(booked(letter)).hasSize(1);
        assertThat(inMailbox()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"IMAP", "POP3"})
    void aListCanBeLeftByMail(Protocol protocol) {
        var addresses = unsubscribeAddresses();
        var to = addresses.to(reader, MailList.NEWSLETTER).orElseThrow();
        assertThat(to).matches("unsubscribe\\+[0-9a-f.]{49}@polynya\\.example");

        deliver(Reports.plain("<" + to.toUpperCase(Locale.ROOT) + ">", ""));
        deliver(Reports.plain(to.replaceFirst("\\.[0-9a-f]{4}", ".0000"), ""));
        box(protocol).read();

        assertThat(suppressions.stops(hash, MailList.NEWSLETTER)).contains(Reason.UNSUBSCRIBED);
        assertThat(consents.holds(reader, MailList.NEWSLETTER)).isFalse();
        assertThat(consents.holds(reader, MailList.REMINDERS)).isTrue();
        assertThat(suppressions.stops(hash, null)).isEmpty();
        assertThat(inMailbox()).isEqualTo(1);
    }

    @Test
    void aMailOfAListNamesTheMailboxAfterTheLink() {
        var headers = new ListHeaders(links, unsubscribeAddresses(), newsroom)
                .of(MailList.NEWSLETTER, "newsletter", reader, Locale.ENGLISH);

        assertThat(headers.get("List-Unsubscribe"))
                .matches(
                        "<http[^>]+/unsubscribe/[^>]+>, <mailto:unsubscribe\\+[0-9a-f.]{49}@polynya\\.example\\?subject=unsubscribe>");
    }

    @Test
    void withoutAMailboxListsAreLeftByLink() {
        var nowhere = new UnsubscribeAddresses(sealing, properties(Protocol.IMAP, "", 0));

        assertThat(new ListHeaders(links, nowhere, newsroom)
                        .of(MailList.NEWSLETTER, "newsletter", reader, Locale.ENGLISH)
                        .get("List-Unsubscribe"))
                .matches("<http[^>]+/unsubscribe/[^>]+>");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            550 5.1.1 <%s>: no such user       | hard   | 5.1.1 | hard_bounce
            550 <%s>: no such user             | soft   | 550   |
            552 5.2.2 <%s>: mailbox full       | soft   | 5.2.2 |
            """)
    void whatTheMailServerSaysOfAnAddressIsBooked(String reply, String kind, String code, String suppressed) {
        try (var relayed = new ScriptedMailServer()) {
            relayed.answers(Step.RCPT, reply.formatted(address.value()));
            relayed.standInFor(relay, () -> {
                give();
                await().until(() -> jdbc.sql("select exists (select from bounce where email_hash = :hash)")
                        .param("hash", hash.bytes())
                        .query(Boolean.class)
                        .single());
            });
        }

        assertThat(booked(letters("receipt").getFirst()))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("kind", kind)
                        .containsEntry("code", code)
                        .containsEntry("source", "smtp"));
        assertThat(suppressions.stops(hash, null).map(Reason::word).orElse(null))
                .isEqualTo(suppressed);
    }

    @Test
    void aMailboxThatIsDownIsToldByACode(CapturedOutput output) {
        var before = failures();

        new BounceMailbox(
                        properties(Protocol.IMAP, "localhost", 1),
                        bounces,
                        suppressions,
                        unsubscribeAddresses(),
                        meters,
                        clock)
                .read();
        new BounceMailbox(
                        new BounceMailboxProperties(
                                Protocol.POP3,
                                "localhost",
                                server.getPop3().getPort(),
                                "bounces",
                                "wrong-" + word,
                                "INBOX",
                                null),
                        bounces,
                        suppressions,
                        unsubscribeAddresses(),
                        meters,
                        clock)
                .read();

        assertThat(failures()).isEqualTo(before + 2);
        assertThat(output).contains("The bounce mailbox cannot be read: ").doesNotContain(word, "\tat ");
    }

    @Test
    void whatCannotBeBookedStaysInTheMailboxAndHoldsUpNoOther(CapturedOutput output) {
        var letter = sent(Duration.ofHours(1));
        var other = sent(Duration.ofHours(1));
        jdbc.sql("""
                        create function refuse_%1$s() returns trigger language plpgsql as
                            $$ begin raise exception 'about %2$s'; end $$;
                        create trigger refuse_%1$s before insert on bounce for each row
                            when (new.mail = '%3$s') execute function refuse_%1$s();
                        """.formatted(word, address.value(), letter)).update();
        deliver(hard(other));
        deliver(hard(letter));

        box(Protocol.IMAP).read();
        jdbc.sql("drop function refuse_%s cascade".formatted(word)).update();

        assertThat(booked(other)).hasSize(1);
        assertThat(inMailbox()).isEqualTo(1);
        assertThat(output)
                .contains(
                        "A mail in the bounce mailbox cannot be booked: UncategorizedSQLException/PSQLException:P0001")
                .doesNotContain(address.value());

        box(Protocol.IMAP).read();
        assertThat(booked(letter)).hasSize(1);
        assertThat(inMailbox()).isZero();
    }

    @Test
    void nobodyIsNamedInTheTableOrTheLog(CapturedOutput output) {
        var letter = sent(Duration.ofHours(1));

        comesBack(hard(letter));
        deliver(Reports.plain(address.value(), "X-Original-To: " + address.value() + "\n"));
        deliver(hard(letter).replace("Content-Type: message/delivery-status", "Content-Type: " + address.value()));
        box(Protocol.POP3).read();

        assertThat(booked(letter)).hasSize(1);
        assertThat(jdbc.sql("select b::text from bounce b").query(String.class).list())
                .noneMatch(row -> row.contains("reader") || row.contains("No such"));
        assertThat(output).contains("Mail " + letter + " came back: hard 5.1.1, told by mailbox");
        assertThat(output).doesNotContain(word + "@", address.value());
    }

    private double failures() {
        return meters.counter("mainstay.mail.mailbox.failures").count();
    }

    private void comesBack(String report) {
        deliver(report);
        box(Protocol.IMAP).read();
    }

    private void deliver(String report) {
        mailbox.deliver(Reports.message(report));
    }

    private long inMailbox() {
        return server.getReceivedMessages().length;
    }

    private BounceMailbox box(Protocol protocol) {
        return box(protocol, clock);
    }

    private BounceMailbox box(Protocol protocol, Clock time) {
        var port = protocol == Protocol.IMAP
                ? server.getImap().getPort()
                : server.getPop3().getPort();
        return new BounceMailbox(
                properties(protocol, "localhost", port), bounces, suppressions, unsubscribeAddresses(), meters, time);
    }

    private UnsubscribeAddresses unsubscribeAddresses() {
        return new UnsubscribeAddresses(sealing, properties(Protocol.IMAP, "localhost", 1));
    }

    private static BounceMailboxProperties properties(Protocol protocol, String host, int port) {
        return new BounceMailboxProperties(
                protocol, host, port, "bounces", "secret", "INBOX", new EmailAddress("unsubscribe@polynya.example"));
    }

    private String hard(UUID letter) {
        return Reports.postfix(
                ids.envelopeFrom(letter),
                address.value(),
                ids.messageId(letter),
                "5.1.1",
                "550 5.1.1 <%s>: No such user".formatted(address.value()),
                clock.instant());
    }

    private void soft(UUID letter, Duration ago) {
        var code = new DeliveryCode("5.2.2");
        bounces.take(letter, code.kind(), code, Source.MAILBOX, clock.instant().minus(ago));
    }

    /// A letter that the mail server took.
    private UUID sent(Duration ago) {
        return letter("note", word + UUID.randomUUID(), reader, ago);
    }

    private UUID letter(String kind, String about, UUID supporter, Duration ago) {
        return jdbc.sql("""
                        insert into letter (id, kind, about, supporter, status, next_try_at, promised_at, send_before, sent_at)
                        values (gen_random_uuid(), :kind, :about, :supporter, 'sent', :at, :at, :at, :at) returning id
                        """)
                .param("kind", kind)
                .param("about", about)
                .param("supporter", supporter, java.sql.Types.OTHER)
                .param("at", clock.instant().minus(ago).atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .single();
    }

    private List<UUID> letters(String kind) {
        return jdbc.sql("""
                        select id from letter where kind = :kind and supporter = :reader order by promised_at
                        """)
                .param("kind", kind)
                .param("reader", reader)
                .query(UUID.class)
                .list();
    }

    private List<Map<String, Object>> booked(UUID letter) {
        return jdbc.sql("select kind, code, source from bounce where mail = :mail")
                .param("mail", letter)
                .query()
                .listOfRows();
    }

    /// Gives, and waits for what becomes of the receipt.
    private void give() {
        var receipts = letters("receipt").size();
        var checkout = visitor.post("/donations", Map.of("frequency", "once", "amount", "10", "currency", "eur"))
                .location()
                .toString();
        stripe.reader(checkout).as("A Reader", address.value()).paysByCard();
        stripe.deliver();
        await().until(() -> letters("receipt").size() > receipts);
        letterWorker.wake();
        await().until(() ->
                jdbc.sql("""
                        select not exists (select from letter
                            where supporter = :reader and kind = 'receipt' and status in ('waiting', 'sending'))
                        """).param("reader", reader).query(Boolean.class).single());
    }

    /// As erasure does it.
    private void forget() {
        jdbc.sql("alter table consent disable trigger append_only").update();
        for (var table : List.of("consent", "letter")) {
            jdbc.sql("delete from " + table + " where supporter = :reader")
                    .param("reader", reader)
                    .update();
        }
        jdbc.sql("alter table consent enable trigger append_only").update();
        jdbc.sql("delete from supporter where id = :reader")
                .param("reader", reader)
                .update();
    }
}
