package press.mainstay.demo.stripe;

import java.net.URI;
import java.util.function.Function;

/// A reader on the hosted page: what a person does there, for tests.
public final class Reader {

    private final World world;
    private final Checkout checkout;
    private final String session;
    private final Payer payer;

    Reader(World world, Checkout checkout, String session, Payer payer) {
        this.world = world;
        this.checkout = checkout;
        this.session = session;
        this.payer = payer;
    }

    /// The same page, with other things typed into it. An e-mail address that the session was opened with stays.
    public Reader as(String name, String email) {
        return new Reader(world, checkout, session, new Payer(email, name));
    }

    /// @return where Stripe sends the reader
    public URI paysByCard() {
        return open(page -> checkout.pay(page, Customers.CARD, true, payer));
    }

    public URI paysByCard(String email) {
        return as(payer.name(), email).paysByCard();
    }

    /// Settles five days later: until then the session is complete and unpaid.
    public URI paysBySepa() {
        return open(page -> checkout.pay(page, Customers.SEPA, true, payer));
    }

    /// Five days later the bank refuses.
    public URI paysBySepaInVain() {
        return open(page -> checkout.pay(page, Customers.SEPA, false, payer));
    }

    /// @return the page, which is still open
    public URI isDeclined() {
        return open(page -> {
            checkout.decline(page, "card_declined", payer);
            return URI.create(Json.need(page.body(), "url"));
        });
    }

    /// The bank asks who is there (3-D Secure), is content, and pays.
    public URI authenticates() {
        return open(page -> {
            checkout.askForAuthentication(page, payer);
            return checkout.pay(page, Customers.CARD, true, payer);
        });
    }

    /// The bank asks who is there, and is not content.
    ///
    /// @return the page, which is still open
    public URI failsToAuthenticate() {
        return open(page -> {
            checkout.askForAuthentication(page, payer);
            checkout.decline(page, "payment_intent_authentication_failure", payer);
            return URI.create(Json.need(page.body(), "url"));
        });
    }

    /// @return the `cancel_url`
    /// @throws IllegalStateException if there is none
    public URI goesBack() {
        return open(page -> {
            var back = Checkout.cancelUrl(page);
            if (back == null) {
                throw new IllegalStateException("No cancel_url: " + session);
            }
            return back;
        });
    }

    /// Closes the window. The session expires in time.
    public void abandons() {
        open(page -> URI.create(Json.need(page.body(), "url")));
    }

    private URI open(Function<Stored, URI> deed) {
        return world.change(() -> {
            var page = world.store.get(Checkout.TYPE, session);
            if (!Checkout.isOpen(page)) {
                throw new IllegalStateException(session + " is " + Json.text(page.body(), "status"));
            }
            return deed.apply(page);
        });
    }
}
