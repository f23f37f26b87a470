package press.mainstay.demo.stripe;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import press.mainstay.demo.stripe.Store.Place;
import tools.jackson.databind.node.ObjectNode;

/// Stripe, played: API, hosted pages and webhooks. Nothing leaves this machine.
public final class StripeSimulator extends LifeStories implements AutoCloseable {

    /// How many are kept for longer than Stripe would, while nobody listens.
    private static final int UNHEARD_EVENTS = 20_000;

    private final World world;
    private final Store store;
    private final Webhooks webhooks;
    private final Due due;
    private final Idempotency idempotency;
    private final Faults faults = new Faults();
    private final Api api;
    private final Server server;

    /// @param database where it remembers over a restart; null: it forgets
    /// @param clock what `created`, renewals, settlements and expiry follow
    /// @param port 0: any free one
    public StripeSimulator(@Nullable DataSource database, Clock clock, int port) {
        this(new Store(database), new Webhooks(clock), clock, port);
    }

    private StripeSimulator(Store store, Webhooks webhooks, Clock clock, int port) {
        super(new World(store, clock, webhooks::told, webhooks::wake));
        this.world = parts.world();
        this.store = store;
        this.webhooks = webhooks;
        due = new Due(world, parts.checkout(), parts.payments(), parts.subscriptions());
        idempotency = new Idempotency(world);
        api = new Api(world, new Routes(parts), new Expansion(world, parts.checkout()), idempotency);
        server = new Server(port, api, new HostedPages(parts), faults);
        world.run(() -> parts.pagesAt(url()));
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
        return new Reader(world, parts.checkout(), session, new Payer("reader@example.org", "Robin Reader"));
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

    /// An object is gone, and nobody is told. An event that was not delivered yet never will be.
    ///
    /// @param type as in the field `object`
    public void forgets(String type, String id) {
        world.run(() -> {
            var stored = store.get(type, id);
            store.remove(stored);
            webhooks.forget(List.of(stored));
        });
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
