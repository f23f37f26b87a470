package press.mainstay.ledger;

import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.demo.stripe.StripeSimulator;
import tools.jackson.databind.JsonNode;

/// What Stripe says of readers' money and what our ledger says, in the same words, so that both can be compared to the
/// cent: what was given, currency by currency, and what it made of our balance.
public final class StripesBalance {

    private StripesBalance() {}

    /// From Stripe's objects, without our code.
    public static Map<String, Long> atStripe(StripeSimulator stripe) {
        var sums = new TreeMap<String, Long>();
        for (var charge : stripe.objects("charge")) {
            if (charge.path("status").asString().equals("succeeded")) {
                add(sums, "payment " + currency(charge), charge.path("amount_captured"));
            }
        }
        for (var refund : stripe.objects("refund")) {
            var back = refund.path("status").asString();
            if (!back.equals("failed") && !back.equals("canceled")) {
                add(sums, "refund " + currency(refund), refund.path("amount"), -1);
            }
        }
        for (var dispute : stripe.objects("dispute")) {
            var moves = dispute.path("balance_transactions");
            long sign = 0;
            for (var move : moves) {
                sign += Long.signum(move.path("amount").longValue());
            }
            if (sign != 0) {
                add(sums, "dispute " + currency(dispute), dispute.path("amount"), sign);
            }
        }
        for (var transaction : stripe.objects("balance_transaction")) {
            if (LedgerService.MOVES_OF_GIFTS.contains(
                    transaction.path("reporting_category").asString())) {
                add(sums, "settlement " + currency(transaction), transaction.path("amount"));
                add(sums, "fee " + currency(transaction), transaction.path("fee"), -1);
            }
        }
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    /// From our entries alone.
    public static Map<String, Long> inOurBooks(JdbcClient jdbc) {
        var sums = new TreeMap<String, Long>();
        jdbc.sql("""
                        select case kind when 'refund_failure' then 'refund' when 'dispute_reversal' then 'dispute' else kind end
                            || ' ' || currency as what, sum(minor_units)::bigint as sum
                        from ledger_entry group by 1 having sum(minor_units) <> 0
                        """).query(row -> {
            sums.put(row.getString("what"), row.getLong("sum"));
        });
        return sums;
    }

    private static String currency(JsonNode object) {
        return object.path("currency").asString();
    }

    private static void add(Map<String, Long> sums, String what, JsonNode amount) {
        add(sums, what, amount, 1);
    }

    private static void add(Map<String, Long> sums, String what, JsonNode amount, long sign) {
        sums.merge(what, sign * amount.longValue(), Math::addExact);
    }
}
