package press.mainstay.demo.stripe;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.Store.Place;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// Stripe, played: API, hosted pages and webhooks. Nothing leaves this machine.
public final class StripeSimulator implements AutoCloseable {

    /// How many are kept for longer than Stripe would, while nobody listens.
    private static final int UNHEARD_EVENTS = 20_000;

    private final Store store;
    private final World world;
    private final Webhooks webhooks;
    private final Checkout checkout;
    private final Customers customers;
    private final Subscriptions subscriptions;
    private final Changes changes;
    private final Arrears arrears;
    private final Dashboard dashboard;
    private final Refunds refunds;
    private final Disputes disputes;
    private final Elsewhere elsewhere;
    private final Cards cards;
    private final Due due;
    private final Idempotency idempotency;
    private final Faults faults = new Faults();
    private final Api api;
    private final Server server;

    /// @param database where it remembers over a restart; null: it forgets
    /// @param clock what `created`, renewals, settlements and expiry follow
    /// @param port 0: any free one
    public StripeSimulator(@Nullable DataSource database, Clock clock, int port) {
        store = new Store(database);
        webhooks = new Webhooks(clock);
        world = new World(store, clock, webhooks::told, webhooks::wake);
        customers = new Customers(world);
        var catalog = new Catalog(world);
        var payments = new Payments(world);
        cards = new Cards(world);
        var invoices = new Invoices(world, payments, cards, catalog);
        subscriptions = new Subscriptions(world, invoices);
        changes = new Changes(world, subscriptions, invoices, catalog);
        arrears = new Arrears(world, invoices, subscriptions, payments, customers);
        dashboard = new Dashboard(world, customers, catalog, payments, subscriptions, invoices);
        checkout = new Checkout(world, customers, catalog, payments, subscriptions, invoices);
        refunds = new Refunds(world, payments);
        disputes = new Disputes(world, payments, subscriptions);
        elsewhere = new Elsewhere(world, customers, payments);
        due = new Due(world, checkout, payments, subscriptions);
        idempotency = new Idempotency(world);
        var portal = new Portal(world);
        var routes = new Routes(
                world, customers, catalog, checkout, subscriptions, changes, arrears, dashboard, refunds, portal);
        api = new Api(world, routes, new Expansion(world, checkout), idempotency);
        var pages = new HostedPages(world, checkout, catalog, subscriptions, changes, customers, arrears);
        server = new Server(port, api, pages, faults);
        world.run(() -> {
            checkout.pagesAt(url());
            portal.pagesAt(url());
            invoices.pagesAt(url());
        });
        webhooks.start(world);
    }

    /// The API's base and the origin of the hosted pages.
    public URI url() {
        return server.url();
    }

    /// Events made before this are kept and delivered too.
    public void sendWebhooksTo(URI endpoint, String secret) {
        webhooks.endpoint(endpoint, secret);
    }

    /// @param checkoutUrl the `url` of a Checkout Session
    public Reader reader(String checkoutUrl) {
        var path = URI.create(checkoutUrl).getPath();
        var session = path.substring(path.lastIndexOf('/') + 1);
        return new Reader(world, checkout, session, new Payer("reader@example.org", "Robin Reader"));
    }

    /// When the next renewal, retry, settlement or expiry falls due.
    public Optional<Instant> nextDue() {
        return world.change(() -> Optional.ofNullable(store.nextDue()).map(Instant::ofEpochSecond));
    }

    /// Does all that is due by the clock, each thing as of the moment when it was due, then delivers the events.
    public void runDue() {
        due.all();
        world.run(() -> {
            idempotency.forget();
            forgetEvents();
        });
        deliver();
    }

    private void forgetEvents() {
        var oldest = new Place(world.instant().minus(Listing.EVENTS_LIVE).getEpochSecond(), 0);
        int spare = webhooks.isHeard() ? 0 : store.all("event").size() - UNHEARD_EVENTS;
        if (!webhooks.isHeard() && spare <= 0) {
            return; // all are pending, for whoever comes to listen
        }
        var past = new ArrayList<Stored>();
        for (var event : store.places("event").headMap(oldest).values()) {
            if (past.size() < spare || !Json.flag(event.hidden(), "pending")) {
                past.add(event);
            } else if (!webhooks.isHeard()) {
                break;
            }
        }
        past.forEach(store::remove);
        webhooks.forget(past);
    }

    /// Tries all pending webhooks once, now, and waits for the answers.
    public void deliver() {
        webhooks.deliver();
    }

    /// Delivers an event once more, as Stripe sometimes does.
    public void redeliver(String event) {
        world.run(() -> {
            var stored = store.get("event", event);
            stored.hidden().put("pending", true);
            store.save(stored);
            webhooks.told(stored);
        });
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

    /// An object is gone, and nobody is told.
    ///
    /// @param type as in the field `object`
    public void forgets(String type, String id) {
        world.run(() -> store.remove(store.get(type, id)));
    }

    /// An object is there that this simulator did not make. Nobody is told, and nothing falls due for it.
    ///
    /// @param object with `id`, `object` and, where it has one, the `created` that its place in lists goes by
    /// @throws IllegalStateException if there is such an id
    public void adopts(ObjectNode object) {
        world.run(() -> {
            if (store.find(Json.need(object, "id")) != null) {
                throw new IllegalStateException(Json.need(object, "id") + " is there");
            }
            world.add(object.deepCopy());
        });
    }

    /// Somebody deletes a product in the Dashboard.
    public void losesProduct(String product) {
        world.run(() -> store.remove(store.get("product", product)));
    }

    /// The order in which bursts are shuffled.
    public void shuffleWebhooks(long seed) {
        webhooks.seed(seed);
    }

    /// One after the other, in the order of making.
    public void webhooksInOrder() {
        webhooks.inOrder();
    }

    /// @param on whether events are delivered by themselves; otherwise by [#deliver()] and [#runDue()] only
    public void deliverInBackground(boolean on) {
        webhooks.inBackground(on);
    }

    /// How long a renewal's invoice stays a draft: an hour, as at Stripe, unless set.
    public void invoicesFinaliseAfter(Duration wait) {
        subscriptions.finalisesAfter(wait);
    }

    /// What readers' banks say to renewals.
    public Cards cards() {
        return cards;
    }

    /// The reader cancels at the end of the period, in Stripe's portal: `cancel_at` is set, the flag is not.
    public void cancels(String subscription) {
        on("subscription", subscription, changes::cancelFromPortal);
    }

    /// The same in classic billing: `cancel_at_period_end` is set too.
    public void cancelsByFlag(String subscription) {
        on("subscription", subscription, changes::cancelByFlag);
    }

    /// The reader cancels at once.
    public void cancelsNow(String subscription) {
        on("subscription", subscription, stored -> subscriptions.end(stored, "cancellation_requested"));
    }

    /// The reader takes a planned cancellation back.
    public void resumes(String subscription) {
        on("subscription", subscription, changes::resumeFromPortal);
    }

    /// The reader enters a new card in the portal, which works and pays for all from now on. Nothing is tried again.
    public void changesCard(String customer) {
        on("customer", customer, customers::changeCard);
    }

    public void changesEmail(String customer, String email) {
        on("customer", customer, stored -> customers.changeEmail(stored, email));
    }

    /// A new amount from the next period on.
    public void changesAmount(String subscription, long minorUnits) {
        on("subscription", subscription, stored -> changes.changeAmount(stored, minorUnits));
    }

    /// A new amount now: an invoice of what the rest of the period costs more. If it costs less, the rest is the
    /// customer's credit, and later invoices ask for less.
    public void changesAmountNow(String subscription, long minorUnits) {
        on("subscription", subscription, stored -> changes.changeAmountNow(stored, minorUnits));
    }

    /// Invoices are made and not collected; the subscription stays active.
    ///
    /// @param behavior `void`, `keep_as_draft` or `mark_uncollectible`
    public void pausesCollection(String subscription, String behavior) {
        on("subscription", subscription, stored -> changes.pauseCollection(stored, behavior));
    }

    public void resumesCollection(String subscription) {
        on("subscription", subscription, changes::resumeCollection);
    }

    /// The status becomes `paused`: there are no invoices.
    public void pauses(String subscription) {
        on("subscription", subscription, changes::pause);
    }

    /// If the paid period is over by now, a new one begins and is collected at once.
    public void unpauses(String subscription) {
        on("subscription", subscription, changes::unpause);
    }

    /// What becomes of a subscription when the last retry has failed, as the account is set.
    ///
    /// @param status `canceled`, `unpaid` or `past_due`; it is `canceled` unless set
    public void afterLastRetry(String status) {
        subscriptions.afterLastRetry(status);
    }

    /// The reader pays an open invoice with a card that works. A subscription recovers if it is its latest invoice.
    public void paysInvoice(String invoice) {
        on("invoice", invoice, arrears::pay);
    }

    /// The reader does what the bank asks for after a decline with `authentication_required`, and has paid.
    public void authenticates(String invoice) {
        on("invoice", invoice, arrears::authenticate);
    }

    /// Staff try an open invoice once more; the card may fail again.
    public void retriesNow(String invoice) {
        on("invoice", invoice, arrears::retry);
    }

    public void voids(String invoice) {
        on("invoice", invoice, arrears::voids);
    }

    public void marksUncollectible(String invoice) {
        on("invoice", invoice, arrears::markUncollectible);
    }

    /// Staff note that the money came without Stripe: no charge, no balance transaction.
    public void paysOutOfBand(String invoice) {
        on("invoice", invoice, arrears::paysOutOfBand);
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
        return world.change(() -> dashboard
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
        return world.change(() -> dashboard
                .subscribe(email, money, interval, product, metadata, false)
                .id());
    }

    /// Staff delete a customer; the subscriptions end too.
    public void deletesCustomer(String customer) {
        on("customer", customer, dashboard::delete);
    }

    /// Staff refund at the Dashboard.
    ///
    /// @param amount in minor units; null: all that is left
    /// @return the refund
    public String refunds(String charge, @Nullable Long amount) {
        return of("charge", charge, stored -> refunds.create(stored, amount, "requested_by_customer", Map.of()));
    }

    /// The same, but the refund stays pending until it arrives, fails or is cancelled.
    public String refundPends(String charge, @Nullable Long amount) {
        return of("charge", charge, stored -> refunds.pend(stored, amount));
    }

    public void refundArrives(String refund) {
        on("refund", refund, refunds::arrive);
    }

    /// The reader's bank sends a refund back.
    public void refundFails(String refund) {
        on("refund", refund, refunds::fail);
    }

    /// Staff cancel a refund that is pending; the money is back.
    public void refundCancels(String refund) {
        on("refund", refund, refunds::cancel);
    }

    /// The cardholder tells the bank that the charge was not theirs: the money and a fee leave.
    ///
    /// @return the dispute's id
    public String disputes(String charge) {
        return of("charge", charge, stored -> disputes.open(stored, null));
    }

    /// Of a part of the charge only.
    public String disputes(String charge, long amount) {
        return of("charge", charge, stored -> disputes.open(stored, amount));
    }

    /// The bank only asks about a charge; no money moves.
    ///
    /// @return the dispute's id
    public String inquires(String charge) {
        return of("charge", charge, disputes::inquire);
    }

    public void inquiryCloses(String dispute) {
        on("dispute", dispute, disputes::closeInquiry);
    }

    /// The inquiry becomes a dispute: the money and a fee leave.
    public void inquiryEscalates(String dispute) {
        on("dispute", dispute, disputes::escalate);
    }

    /// Staff have sent what they know.
    public void disputeReviewed(String dispute) {
        on("dispute", dispute, disputes::review);
    }

    /// The bank decides; if the newsroom wins, the money comes back.
    public void disputeCloses(String dispute, boolean won) {
        on("dispute", dispute, stored -> disputes.close(stored, won));
    }

    /// A SEPA debit that had arrived is taken back by the reader's bank; the dispute is lost at once.
    ///
    /// @return the dispute's id
    public String bankReturns(String charge) {
        return of("charge", charge, disputes::bankReturns);
    }

    /// Whether a dispute ends the subscription that was charged, as the account is set; it does not unless set.
    public void disputesEndSubscriptions(boolean on) {
        disputes.endSubscriptions(on);
    }

    /// Another app on the same account sells something: other metadata, no customer.
    ///
    /// @return the charge
    public String otherAppSells(long minorUnits, String currency) {
        return world.change(
                () -> elsewhere.sale(new Money(minorUnits, currency)).id());
    }

    /// Stripe pays out to the newsroom's bank.
    ///
    /// @param minorUnits in the account's currency
    /// @return the balance transaction
    public String payout(long minorUnits) {
        return world.change(() -> elsewhere.payout(minorUnits).id());
    }

    /// Stripe takes a fee that belongs to no charge.
    ///
    /// @param minorUnits in the account's currency
    /// @return the balance transaction
    public String stripeFee(long minorUnits) {
        return world.change(() -> elsewhere.fee(minorUnits).id());
    }

    private void on(String type, String id, Consumer<Stored> deed) {
        world.run(() -> deed.accept(store.get(type, id)));
    }

    private String of(String type, String id, Function<Stored, Stored> deed) {
        return world.change(() -> deed.apply(store.get(type, id)).id());
    }

    public Faults faults() {
        return faults;
    }

    /// @param type as in the field `object`: `charge`, `checkout.session`
    /// @return copies, oldest first
    public List<ObjectNode> objects(String type) {
        return world.change(() ->
                store.all(type).stream().map(stored -> stored.body().deepCopy()).toList());
    }

    /// Calls received by the API, oldest first, at most the last 10,000.
    public List<RecordedCall> calls() {
        return api.calls();
    }

    public void clearCalls() {
        api.clearCalls();
    }

    @Override
    public void close() {
        webhooks.close();
        server.close();
        world.run(() -> {
            store.flush();
            store.close();
        });
    }
}
