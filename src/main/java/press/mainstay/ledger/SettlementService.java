package press.mainstay.ledger;

import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.shared.Money;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeGateway.Settlement;
import press.mainstay.stripe.StripeUnavailableException;

/// Asks Stripe for fee and settlement of payments, since its events name only the id of the balance transaction.
@Service
class SettlementService {

    private static final Logger log = LoggerFactory.getLogger(SettlementService.class);

    /// What one run asks for: at some five calls a second it ends within a minute, and leaves Stripe's rate limit to
    /// readers.
    private static final int MOST = 200;

    private static final int FAILURES_OF_AN_OUTAGE = 3;

    private final JdbcClient jdbc;
    private final StripeGateway stripe;
    private final LedgerService ledger;
    private final TransactionTemplate transaction;

    SettlementService(JdbcClient jdbc, StripeGateway stripe, LedgerService ledger, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.stripe = stripe;
        this.ledger = ledger;
        this.transaction = transaction;
    }

    private record Unsettled(String charge, String balanceTransaction) {}

    void settle() {
        var unsettled = jdbc.sql("""
                        select charge, balance_transaction from payment
                        where settled_at is null and balance_transaction is not null
                        order by happened_at limit :most
                        """).param("most", MOST).query(Unsettled.class).list();
        var failures = 0;
        for (var payment : unsettled) {
            try {
                var settlement = stripe.settlement(payment.balanceTransaction());
                transaction.executeWithoutResult(_ -> book(payment.charge(), settlement));
                failures = 0;
            } catch (StripeUnavailableException e) {
                log.warn("{}; the fee of {} is not known yet", e.getMessage(), payment.charge());
                if (++failures == FAILURES_OF_AN_OUTAGE) {
                    break;
                }
            }
        }
    }

    private void book(String charge, Settlement settlement) {
        var source = settlement.balanceTransaction();
        var fee = settlement.fee();
        ledger.book("settlement", source, charge, settlement.gross(), settlement.at());
        ledger.book("fee", source, charge, new Money(-fee.minorUnits(), fee.currency()), settlement.at());
        jdbc.sql("update payment set settled_at = :at where charge = :charge")
                .param("charge", charge)
                .param("at", settlement.at().atOffset(ZoneOffset.UTC))
                .update();
    }
}
