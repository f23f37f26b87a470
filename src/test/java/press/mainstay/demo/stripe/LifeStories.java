package press.mainstay.demo.stripe;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// What readers, their banks and staff do at Stripe, each deed by its own name.
public abstract sealed class LifeStories permits StripeSimulator {

    final Parts parts;
    private final World world;
    private final Store store;

    LifeStories(World world) {
        this.parts = Parts.of(world);
        this.world = world;
        this.store = world.store;
    }

    /// How long a renewal's invoice stays a draft: an hour, as at Stripe, unless set.
    public void invoicesFinaliseAfter(Duration wait) {
        parts.subscriptions().finalisesAfter(wait);
    }

    /// What readers' banks say to renewals.
    public Cards cards() {
        return parts.cards();
    }

    /// Somebody deletes a product in the Dashboard.
    public void losesProduct(String product) {
        world.run(() -> store.remove(store.get("product", product)));
    }

    /// An object is no longer what the events told, and nobody is told: as when events were lost.
    ///
    /// @param type as in the field `object`
    public void changesSilently(String type, String id, Consumer<ObjectNode> change) {
        world.run(() -> {
            var stored = store.get(type, id);
            store.relist(stored, () -> change.accept(stored.body()));
        });
    }

    /// An object is there that this simulator did not make. Nobody is told, and nothing falls due for it.
    ///
    /// @param object with `id`, `object` and, where it has one, the `created` that its place in lists goes by
    /// @throws IllegalStateException if there is such an id
    public void adopts(ObjectNode object) {
        adopts(List.of(object));
    }

    /// @see #adopts(ObjectNode)
    public void adopts(Collection<ObjectNode> objects) {
        world.run(() -> {
            for (var object : objects) {
                if (store.find(Json.need(object, "id")) != null) {
                    throw new IllegalStateException(Json.need(object, "id") + " is there");
                }
                world.add(object.deepCopy());
            }
        });
    }

    /// They are gone, and nobody is told.
    public void forgets(Collection<ObjectNode> objects) {
        world.run(() -> {
            for (var object : objects) {
                store.remove(store.get(Json.need(object, "object"), Json.need(object, "id")));
            }
        });
    }

    /// The reader cancels at the end of the period, in Stripe's portal: `cancel_at` is set, the flag is not.
    public void cancels(String subscription) {
        on("subscription", subscription, parts.changes()::cancelFromPortal);
    }

    /// The same in classic billing: `cancel_at_period_end` is set too.
    public void cancelsByFlag(String subscription) {
        on("subscription", subscription, parts.changes()::cancelByFlag);
    }

    /// The reader cancels at once.
    public void cancelsNow(String subscription) {
        on("subscription", subscription, stored -> parts.subscriptions().end(stored, "cancellation_requested"));
    }

    /// The reader takes a planned cancellation back.
    public void resumes(String subscription) {
        on("subscription", subscription, parts.changes()::resumeFromPortal);
    }

    /// The reader enters a new card in the portal, which works and pays for all from now on. Nothing is tried again.
    public void changesCard(String customer) {
        on("customer", customer, parts.customers()::changeCard);
    }

    public void changesEmail(String customer, String email) {
        on("customer", customer, stored -> parts.customers().changeEmail(stored, email));
    }

    /// A new amount from the next period on.
    public void changesAmount(String subscription, long minorUnits) {
        on("subscription", subscription, stored -> parts.changes().changeAmount(stored, minorUnits));
    }

    /// A new amount now: an invoice of what the rest of the period costs more. If it costs less, the rest is the
    /// customer's credit, and later invoices ask for less.
    public void changesAmountNow(String subscription, long minorUnits) {
        on("subscription", subscription, stored -> parts.changes().changeAmountNow(stored, minorUnits));
    }

    /// Invoices are made and not collected; the subscription stays active.
    ///
    /// @param behavior `void`, `keep_as_draft` or `mark_uncollectible`
    public void pausesCollection(String subscription, String behavior) {
        on("subscription", subscription, stored -> parts.changes().pauseCollection(stored, behavior));
    }

    public void resumesCollection(String subscription) {
        on("subscription", subscription, parts.changes()::resumeCollection);
    }

    /// The status becomes `paused`: there are no invoices.
    public void pauses(String subscription) {
        on("subscription", subscription, parts.changes()::pause);
    }

    /// If the paid period is over by now, a new one begins and is collected at once.
    public void unpauses(String subscription) {
        on("subscription", subscription, parts.changes()::unpause);
    }

    /// What becomes of a subscription when the last retry has failed, as the account is set.
    ///
    /// @param status `canceled`, `unpaid` or `past_due`; it is `canceled` unless set
    public void afterLastRetry(String status) {
        parts.subscriptions().afterLastRetry(status);
    }

    /// The reader pays an open invoice with a card that works. A subscription recovers if it is its latest invoice.
    public void paysInvoice(String invoice) {
        on("invoice", invoice, parts.arrears()::pay);
    }

    /// The reader does what the bank asks for after a decline with `authentication_required`, and has paid.
    public void authenticates(String invoice) {
        on("invoice", invoice, parts.arrears()::authenticate);
    }

    /// Staff try an open invoice once more; the card may fail again.
    public void retriesNow(String invoice) {
        on("invoice", invoice, parts.arrears()::retry);
    }

    public void voids(String invoice) {
        on("invoice", invoice, parts.arrears()::voids);
    }

    public void marksUncollectible(String invoice) {
        on("invoice", invoice, parts.arrears()::markUncollectible);
    }

    /// Staff note that the money came without Stripe: no charge, no balance transaction.
    public void paysOutOfBand(String invoice) {
        on("invoice", invoice, parts.arrears()::paysOutOfBand);
    }

    /// Staff enter a new customer and their subscription at the Dashboard; the card pays.
    ///
    /// @param interval `day`, `week`, `month` or `year`
    /// @param product is made if there is none with this id
    /// @return the subscription
    public String subscribes(
            String email,
            long minorUnits,
            String currency,
            String interval,
            String product,
            Map<String, String> metadata) {
        var money = new Money(minorUnits, currency);
        return world.change(() -> parts.dashboard()
                .subscribe(email, money, interval, product, metadata, true)
                .id());
    }

    /// The card is declined: incomplete, and expired after 23 hours unless the invoice is paid.
    ///
    /// @see #subscribes
    public String subscribesInVain(
            String email,
            long minorUnits,
            String currency,
            String interval,
            String product,
            Map<String, String> metadata) {
        var money = new Money(minorUnits, currency);
        return world.change(() -> parts.dashboard()
                .subscribe(email, money, interval, product, metadata, false)
                .id());
    }

    /// Staff delete a customer; the subscriptions end too.
    public void deletesCustomer(String customer) {
        on("customer", customer, parts.dashboard()::delete);
    }

    /// Staff refund at the Dashboard.
    ///
    /// @param amount in minor units; null: all that is left
    /// @return the refund
    public String refunds(String charge, @Nullable Long amount) {
        return of(
                "charge", charge, stored -> parts.refunds().create(stored, amount, "requested_by_customer", Map.of()));
    }

    /// The same, but the refund stays pending until it arrives, fails or is cancelled.
    public String refundPends(String charge, @Nullable Long amount) {
        return of("charge", charge, stored -> parts.refunds().pend(stored, amount));
    }

    public void refundArrives(String refund) {
        on("refund", refund, parts.refunds()::arrive);
    }

    /// The reader's bank sends a refund back.
    public void refundFails(String refund) {
        on("refund", refund, parts.refunds()::fail);
    }

    /// Staff cancel a refund that is pending; the money is back.
    public void refundCancels(String refund) {
        on("refund", refund, parts.refunds()::cancel);
    }

    /// The cardholder tells the bank that the charge was not theirs: the money and a fee leave.
    ///
    /// @return the dispute's id
    public String disputes(String charge) {
        return of("charge", charge, stored -> parts.disputes().open(stored, null));
    }

    /// Of a part of the charge only.
    public String disputes(String charge, long amount) {
        return of("charge", charge, stored -> parts.disputes().open(stored, amount));
    }

    /// The bank only asks about a charge; no money moves.
    ///
    /// @return the dispute's id
    public String inquires(String charge) {
        return of("charge", charge, parts.disputes()::inquire);
    }

    public void inquiryCloses(String dispute) {
        on("dispute", dispute, parts.disputes()::closeInquiry);
    }

    /// The inquiry becomes a dispute: the money and a fee leave.
    public void inquiryEscalates(String dispute) {
        on("dispute", dispute, parts.disputes()::escalate);
    }

    /// Staff have sent what they know.
    public void disputeReviewed(String dispute) {
        on("dispute", dispute, parts.disputes()::review);
    }

    /// The bank decides; if the newsroom wins, the money comes back.
    public void disputeCloses(String dispute, boolean won) {
        on("dispute", dispute, stored -> parts.disputes().close(stored, won));
    }

    /// A SEPA debit that had arrived is taken back by the reader's bank; the dispute is lost at once.
    ///
    /// @return the dispute's id
    public String bankReturns(String charge) {
        return of("charge", charge, parts.disputes()::bankReturns);
    }

    /// Whether a dispute ends the subscription that was charged, as the account is set; it does not unless set.
    public void disputesEndSubscriptions(boolean on) {
        parts.disputes().endSubscriptions(on);
    }

    /// Another app on the same account sells something: other metadata, no customer.
    ///
    /// @return the charge
    public String otherAppSells(long minorUnits, String currency) {
        return world.change(
                () -> parts.elsewhere().sale(new Money(minorUnits, currency)).id());
    }

    /// Stripe pays out to the newsroom's bank.
    ///
    /// @param minorUnits in the account's currency
    /// @return the balance transaction
    public String payout(long minorUnits) {
        return world.change(() -> parts.elsewhere().payout(minorUnits).id());
    }

    /// Stripe takes a fee that belongs to no charge.
    ///
    /// @param minorUnits in the account's currency
    /// @return the balance transaction
    public String stripeFee(long minorUnits) {
        return world.change(() -> parts.elsewhere().fee(minorUnits).id());
    }

    private void on(String type, String id, Consumer<Stored> deed) {
        world.run(() -> deed.accept(store.get(type, id)));
    }

    private String of(String type, String id, Function<Stored, Stored> deed) {
        return world.change(() -> deed.apply(store.get(type, id)).id());
    }
}
