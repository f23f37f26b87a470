package press.mainstay.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.demo.DemoMail;
import press.mainstay.demo.TimeMachine;
import press.mainstay.demo.stripe.StripeSimulator;

@FeatureTest
class StripePollTests {

    @Autowired
    private Visitor reader;

    @Autowired
    private StripeSimulator stripe;

    @Autowired
    private StripePoll poll;

    @Autowired
    private DemoMail mail;

    @Autowired
    private TimeMachine time;

    @Autowired
    private JdbcClient jdbc;

    private final String address = "reader-" + UUID.randomUUID() + "@example.org";

    @AfterEach
    void heal() {
        stripe.faults().clear();
        stripe.deliverInBackground(true);
    }

    @Test
    void whatNoWebhookBroughtIsAskedForAndIsNoNewsToALateWebhook() {
        stripe.deliverInBackground(false);
        gives();

        poll.run();
        time.settle();
        assertThat(mail.lettersTo(address)).hasSize(1);
        assertThat(events("poll")).isPositive();

        var deliveries = deliveries();
        poll.run();
        assertThat(deliveries()).as("what is known is not delivered again").isEqualTo(deliveries);

        stripe.deliver();
        time.settle();
        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    @Test
    void aPollThatStripeDoesNotAnswerLeavesNoGap() {
        stripe.deliverInBackground(false);
        gives();
        stripe.faults().all("/v1/events").serverError();
        poll.run();
        stripe.faults().clear();

        poll.run();
        time.settle();

        assertThat(mail.lettersTo(address)).hasSize(1);
    }

    @Test
    void moreEventsThanAPageHoldsAreAllKept() {
        stripe.deliverInBackground(false);
        for (var gift = 0; gift < 25; gift++) {
            gives();
        }

        poll.run();
        time.settle();

        assertThat(mail.lettersTo(address)).hasSize(25);
    }

    private void gives() {
        var checkout = reader.post("/donations", Map.of("frequency", "monthly", "amount", "5", "currency", "eur"))
                .location();
        stripe.reader(checkout.toString()).paysByCard(address);
    }

    private long deliveries() {
        return jdbc.sql("select sum(delivery_count) from stripe_event")
                .query(Long.class)
                .single();
    }

    private long events(String via) {
        return jdbc.sql("select count(*) from stripe_event where via = :via")
                .param("via", via)
                .query(Long.class)
                .single();
    }
}
