package press.mainstay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import press.mainstay.FeatureTest;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;

@FeatureTest
class MailIdsTests {

    @Autowired
    private Sealing sealing;

    @Autowired
    private NewsroomProperties newsroom;

    private final UUID mail = UUID.randomUUID();

    @Test
    void aMailComesBackToAnAddressThatNamesIt() {
        var ids = ids("bounce@news.example");

        assertThat(ids.envelopeFrom(mail))
                .matches("bounce\\+[0-9a-f]{32}\\.[0-9a-f]{16}@news\\.example")
                .isEqualTo(ids.envelopeFrom(mail));
        assertThat(ids.mail(ids.envelopeFrom(mail).toUpperCase())).contains(mail);
    }

    @Test
    void anAddressThatWeDidNotMakeNamesNoMail() {
        var ids = ids("bounce@news.example");
        var envelope = ids.envelopeFrom(mail);
        var other = ids.envelopeFrom(UUID.randomUUID());
        var forged = envelope.substring(0, 40) + other.substring(40);

        assertThat(ids.mail(forged)).isEmpty();
        assertThat(ids.mail("bounce@news.example")).isEmpty();
        assertThat(ids.mail("bounce+@news.example")).isEmpty();
        assertThat(ids.mail(envelope.replace("news.example", "other.example"))).isEmpty();
        assertThat(ids.mail("@+")).isEmpty();
        assertThat(ids(null).mail(envelope)).isEmpty();
    }

    @Test
    void withoutABounceAddressItComesBackToTheSender() {
        assertThat(ids(null).envelopeFrom(mail)).isEqualTo("post@localhost");
    }

    @Test
    void theMessageIdIsTheSameForEveryTryAndTellsNothing() {
        assertThat(ids(null).messageId(mail))
                .matches("<[0-9a-f]{32}@localhost>")
                .isEqualTo(ids("bounce@news.example").messageId(mail))
                .doesNotContain(mail.toString().replace("-", ""));
    }

    @Test
    void aBounceAddressThatLeavesNoRoomForTheMailIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ids("what-could-not-be-delivered@news.example"))
                .withMessageContaining("mainstay.mail.bounce-address");
    }

    private MailIds ids(String bounceAddress) {
        var address = bounceAddress == null ? null : new EmailAddress(bounceAddress);
        return new MailIds(
                sealing,
                newsroom,
                new MailProperties(address, Duration.ofSeconds(5), 4, null, 50, Duration.ofMinutes(1), 10));
    }
}
