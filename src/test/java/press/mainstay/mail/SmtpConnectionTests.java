package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.stream.IntStream;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import press.mainstay.mail.ScriptedMailServer.Step;

class SmtpConnectionTests {

    private final ScriptedMailServer server = new ScriptedMailServer();
    private Relay relay;
    private SmtpConnection connection;

    @BeforeEach
    void meet() {
        relay = relay(Duration.ofMillis(50));
        connection = new SmtpConnection(relay);
    }

    private Relay relay(Duration pause) {
        var settings = new JavaMailSenderImpl();
        settings.setHost("localhost");
        settings.setPort(server.port());
        settings.getJavaMailProperties().put("mail.smtp.timeout", "300");
        return new Relay(settings, new MailProperties(null, pause, 4, null, 50, Duration.ofMinutes(1), 10));
    }

    @AfterEach
    void part() {
        connection.close();
        server.close();
    }

    @Test
    void manyMailsTakeOneConnectionButNotTooMany() {
        IntStream.range(0, 200).forEach(_ -> assertThat(send()).isInstanceOf(Handover.Accepted.class));
        assertThat(server.connections()).isEqualTo(1);

        send();
        assertThat(server.connections()).isEqualTo(2);
        assertThat(server.letters()).hasSize(201);
    }

    @Test
    void aRefusedRecipientDoesNotCostTheConnection() {
        server.answersOnce(Step.RCPT, "550 5.1.1 No such user");

        assertThat(send()).isEqualTo(new Handover.Refused("RCPT/5.1.1:550", new DeliveryCode("5.1.1")));
        assertThat(send()).isInstanceOf(Handover.Accepted.class);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aConnectionThatTheRelayClosedMeanwhileIsReplacedAndNobodyNotices() {
        send();
        server.hangsUpOnceAt(Step.MAIL);
        assertThat(send()).isInstanceOf(Handover.Accepted.class);
        server.answersOnce(Step.MAIL, "421 4.7.0 Enough on this connection");
        assertThat(send()).isInstanceOf(Handover.Accepted.class);

        assertThat(server.connections()).isEqualTo(3);
        assertThat(server.letters()).hasSize(3);
    }

    @Test
    void whatHangsAfterTheDotIsInDoubtAndTheNextMailHasAConnectionOfItsOwn() {
        server.saysNothingOnceAt(Step.BODY);

        assertThat(send()).isEqualTo(new Handover.InDoubt("DOT:SocketTimeoutException"));
        assertThat(send()).isInstanceOf(Handover.Accepted.class);
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void whatHangsBeforeTheDotWasNotSent() {
        server.saysNothingOnceAt(Step.RCPT);

        assertThat(send()).isEqualTo(new Handover.RelayFault("RCPT:SocketTimeoutException"));
    }

    @Test
    void aRelayThatFailsAgainAndAgainIsLeftAloneAndAskedWithOneMail() {
        relay = relay(Duration.ofMillis(300));
        connection = new SmtpConnection(relay);
        server.answers(Step.CONNECT, "421 4.3.2 Too busy");

        IntStream.range(0, 20).forEach(_ -> assertThat(send()).isInstanceOf(Handover.RelayFault.class));

        assertThat(server.connections()).isEqualTo(5);
        assertThat(relay.rests()).isTrue();
        assertThat(relay.health().getStatus()).isEqualTo(Status.DOWN);
        var metrics = new SimpleMeterRegistry();
        relay.bindTo(metrics);
        assertThat(metrics.get("mainstay.mail.relay.open").gauge().value()).isEqualTo(1);

        await().until(() -> !relay.rests());
        assertThat(relay.admits()).isTrue();
        assertThat(relay.admits()).as("a second probe").isFalse();
        relay.heard(new Handover.Accepted());
        server.takesAll();
        assertThat(send()).isInstanceOf(Handover.Accepted.class);
        assertThat(relay.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void badAddressesAreNoFaultOfTheRelay() {
        server.answers(Step.RCPT, "550 5.1.1 No such user");

        IntStream.range(0, 20).forEach(_ -> assertThat(send()).isInstanceOf(Handover.Refused.class));

        assertThat(relay.rests()).isFalse();
    }

    private Handover send() {
        try {
            var mail = new SMTPMessage(relay.session());
            mail.setEnvelopeFrom("post@example.org");
            mail.setText("Hello");
            mail.saveChanges();
            return connection.send(mail, new InternetAddress("reader@example.org"));
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}
