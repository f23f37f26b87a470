package press.mainstay.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Period;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

/// With a service of its own, since a year passes.
@FeatureTest
@TestPropertySource(properties = "spring.application.name=gift-links")
class GiftLinkLifetimeTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Test
    void whoGivesAnnuallyHasALinkThatWorksUntilTheNextLetterIsThere() {
        var address = "annual@example.org";
        var checkout = reader.post("/donations", Map.of("frequency", "annual", "amount", "60", "currency", "usd"))
                .location();
        stripe.reader(checkout.toString()).paysByCard(address);
        time.settle();
        var first = GiftLetter.link(mail, address);

        time.advance(Period.ofDays(399));
        var second = GiftLetter.link(mail, address);
        assertThat(second).isNotEqualTo(first);
        assertThat(presses(first)).isEqualTo(303);

        time.advance(Period.ofDays(2));
        assertThat(reader.get(first).status()).isEqualTo(404);
        assertThat(presses(first)).isEqualTo(404);
        assertThat(presses(second)).isEqualTo(303);
    }

    private int presses(String link) {
        return reader.post(URI.create(link).getPath(), Map.of("lang", "en")).status();
    }
}
