package press.mainstay.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.stripe.StripeEvent;
import press.mainstay.stripe.StripeEvent.InvoicePaymentPaid;
import press.mainstay.stripe.StripeEvent.SubscriptionChanged.Via;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripeUnavailableException;

/// Asks Stripe once about each payment of which no event told where it belongs. What stays unassigned then is shown
/// as such.
@Service
class UnassignedService {

    private static final Logger log = LoggerFactory.getLogger(UnassignedService.class);

    /// By then the events of invoice and link have come.
    private static final Duration PATIENCE = Duration.ofHours(1);

    private static final int MOST = 100;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final StripeGateway stripe;
    private final StripeInbox inbox;

    UnassignedService(JdbcClient jdbc, Clock clock, StripeGateway stripe, StripeInbox inbox) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.stripe = stripe;
        this.inbox = inbox;
    }

    private record Unassigned(String charge, String paymentIntent) {}

    void lookUp() {
        var unassigned = jdbc.sql("""
                        select charge, payment_intent from payment
                        where donation is null and invoice is null and payment_intent is not null
                            and looked_up_at is null and booked_at < :since
                        order by booked_at limit :most
                        """)
                .param("since", clock.instant().minus(PATIENCE).atOffset(ZoneOffset.UTC))
                .param("most", MOST)
                .query(Unassigned.class)
                .list();
        for (var payment : unassigned) {
            try {
                lookUp(payment);
            } catch (StripeUnavailableException e) {
                log.warn("{}; whose {} is is asked again later", e.getMessage(), payment.charge());
                return;
            }
        }
    }

    /// @see <a href="https://docs.stripe.com/api/invoice-payment/list">List invoice payments</a>
    private void lookUp(Unassigned payment) {
        var told = new ArrayList<StripeEvent>();
        var path = "/v1/invoice_payments?status=paid&payment%5Btype%5D=payment_intent&payment%5Bpayment_intent%5D="
                + payment.paymentIntent();
        for (var link : stripe.list(path, "").objects()) {
            if (link.read(Via.ANSWER).orElse(null) instanceof InvoicePaymentPaid paid) {
                told.add(paid);
                stripe.ask(paid.invoice()).ifPresent(told::add);
            }
        }
        inbox.apply(told);
        jdbc.sql("update payment set looked_up_at = :now where charge = :charge")
                .param("charge", payment.charge())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }
}
