package press.mainstay.ledger;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.stripe.StripeEvent;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripeUnavailableException;

/// Asks Stripe for fee and settlement of payments and refunds, since its events name only the id of the balance
/// transaction.
@Service
class SettlementService {

    private static final Logger log = LoggerFactory.getLogger(SettlementService.class);

    /// What one run asks for: at some five calls a second it ends within a minute.
    private static final int MOST = 200;

    private static final int TOGETHER = 20;
    private static final int FAILURES_OF_AN_OUTAGE = 3;

    private final JdbcClient jdbc;
    private final StripeGateway stripe;
    private final StripeInbox inbox;

    SettlementService(JdbcClient jdbc, StripeGateway stripe, StripeInbox inbox) {
        this.jdbc = jdbc;
        this.stripe = stripe;
        this.inbox = inbox;
    }

    void settle() {
        var told = new ArrayList<StripeEvent>();
        var failures = 0;
        for (var transaction : unsettled()) {
            try {
                stripe.ask(transaction).ifPresent(told::add);
                failures = 0;
            } catch (StripeUnavailableException e) {
                log.warn("{}; what {} cost is not known yet", e.getMessage(), transaction);
                if (++failures == FAILURES_OF_AN_OUTAGE) {
                    break;
                }
            }
            if (told.size() == TOGETHER) {
                inbox.apply(told);
                told.clear();
            }
        }
        inbox.apply(told);
    }

    private List<String> unsettled() {
        return jdbc.sql("""
                        (select balance_transaction from payment
                            where settled_at is null and balance_transaction is not null
                            order by happened_at limit :most)
                        union all
                        (select balance_transaction from refund
                            where balance_transaction is not null and settled_at is null
                            order by happened_at limit :most)
                        union all
                        (select failure_balance_transaction from refund
                            where failure_balance_transaction is not null and failure_settled_at is null
                            order by happened_at limit :most)
                        limit :most
                        """).param("most", MOST).query(String.class).list();
    }
}
