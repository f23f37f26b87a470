package press.mainstay.demo.stripe;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Stripe, played: API, hosted pages and webhooks. Nothing leaves this machine.
public final class StripeSimulator implements AutoCloseable {

    private final Store store;
    private final World world;
    private final Webhooks webhooks;
    private final Checkout checkout;
    private final Subscriptions subscriptions;
    private final Refunds refunds;
    private final Disputes disputes;
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
        var customers = new Customers(world);
        var catalog = new Catalog(world);
        var payments = new Payments(world);
        cards = new Cards(world);
        var invoices = new Invoices(world, payments, cards, catalog);
        subscriptions = new Subscriptions(world, invoices, catalog);
        checkout = new Checkout(world, customers, catalog, payments, subscriptions, invoices);
        refunds = new Refunds(world, payments);
        disputes = new Disputes(world, payments);
        due = new Due(world, checkout, payments, subscriptions);
        idempotency = new Idempotency(world);
        var portal = new Portal(world);
        var routes = new Routes(world, customers, catalog, checkout, subscriptions, refunds, portal);
        api = new Api(world, routes, new Expansion(world, checkout), idempotency);
        var pages = new HostedPages(world, checkout, catalog, subscriptions);
        server = new Server(port, api, pages, faults);
        world.run(() -> {
            checkout.pagesAt(url());
            portal.pagesAt(url());
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
        long oldest = world.instant().minus(Listing.EVENTS_LIVE).getEpochSecond();
        for (var event : store.copyOf("event")) {
            if (Json.number(event.body(), "created") >= oldest) {
                return;
            }
            if (!Json.flag(event.hidden(), "pending")) {
                store.remove(event);
            }
        }
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

    /// The reader cancels at the end of the period, in Stripe's portal.
    public void cancels(String subscription) {
        onSubscription(subscription, subscriptions::cancelFromPortal);
    }

    /// The reader takes that back.
    public void resumes(String subscription) {
        onSubscription(subscription, subscriptions::resumeFromPortal);
    }

    private void onSubscription(String id, Consumer<Stored> deed) {
        world.run(() -> {
            var subscription = store.get("subscription", id);
            deed.accept(subscription);
        });
    }

    /// The reader's bank sends a refund back.
    public void refundFails(String refund) {
        world.run(() -> {
            var stored = store.get("refund", refund);
            refunds.fail(stored);
        });
    }

    /// The cardholder tells the bank that the charge was not theirs: the money and a fee leave.
    ///
    /// @return the dispute's id
    public String disputes(String charge) {
        return world.change(() -> disputes.open(store.get("charge", charge)).id());
    }

    /// The bank decides; if the newsroom wins, the money comes back.
    public void disputeCloses(String dispute, boolean won) {
        world.run(() -> disputes.close(store.get("dispute", dispute), won));
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
