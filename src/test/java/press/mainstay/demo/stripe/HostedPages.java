package press.mainstay.demo.stripe;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The pages that a person sees: Checkout, the portal, and an index for whoever wants to look inside.
final class HostedPages {

    private static final String CHECKOUT = "/c/pay/";
    private static final String PORTAL = "/p/session/";
    private static final String INVOICE = "/i/";

    private final World world;
    private final Checkout checkout;
    private final Catalog catalog;
    private final PortalPage portal;
    private final InvoicePage invoices;
    private final IndexPage index;

    HostedPages(Parts parts) {
        this.world = parts.world();
        this.checkout = parts.checkout();
        this.catalog = parts.catalog();
        this.portal = new PortalPage(parts);
        this.invoices = new InvoicePage(parts.arrears());
        this.index = new IndexPage(world);
    }

    Answer answer(String method, String path, Params params) {
        return world.change(() -> {
            if (path.equals("/")) {
                return Answer.html(200, index.page());
            }
            if (path.startsWith(CHECKOUT)) {
                var session = world.store.find(Checkout.TYPE, path.substring(CHECKOUT.length()));
                return session == null ? notFound() : checkout(method, session, params);
            }
            if (path.startsWith(PORTAL)) {
                var session = world.store.find(Portal.TYPE, path.substring(PORTAL.length()));
                return session == null ? notFound() : portal.answer(method, session, params);
            }
            if (path.startsWith(INVOICE)) {
                var invoice = world.store.find("invoice", path.substring(INVOICE.length()));
                return invoice == null ? notFound() : invoices.answer(method, invoice, params);
            }
            return notFound();
        });
    }

    private static Answer notFound() {
        return Answer.html(
                404, Html.page("Not found", "<h1>There is no such page</h1><p><a href=\"/\">What is here</a></p>"));
    }

    private Answer checkout(String method, Stored session, Params params) {
        if (!Checkout.isOpen(session)) {
            return Answer.html(200, closed(session));
        }
        if (!method.equals("POST")) {
            return Answer.html(200, form(session, null, new Payer("", null)));
        }
        var payer = payer(params);
        if (Checkout.email(session, payer).isBlank()) {
            return Answer.html(200, form(session, "Please enter your e-mail address.", payer));
        }
        return switch (typed(params, "action")) {
            case "card" -> sent(checkout.pay(session, Customers.CARD, true, payer));
            case "sepa" -> sent(checkout.pay(session, Customers.SEPA, true, payer));
            case "sepa-fails" -> sent(checkout.pay(session, Customers.SEPA, false, payer));
            case "authenticated" -> sent(checkout.pay(session, Customers.CARD, true, payer));
            case "decline" -> {
                checkout.decline(session, "card_declined", payer);
                yield Answer.html(
                        200, form(session, "Your card was declined. Nothing was charged; try another way.", payer));
            }
            case "authenticate" -> {
                checkout.askForAuthentication(session, payer);
                yield Answer.html(200, bank(session, payer));
            }
            case "not-authenticated" -> {
                checkout.decline(session, "payment_intent_authentication_failure", payer);
                yield Answer.html(
                        200,
                        form(session, "We could not authenticate your payment method. Nothing was charged.", payer));
            }
            default -> Answer.html(200, form(session, null, payer));
        };
    }

    private static Answer sent(URI to) {
        return Answer.seeOther(to.toString());
    }

    private static Payer payer(Params params) {
        var name = typed(params, "name");
        return new Payer(typed(params, "email"), name.isEmpty() ? null : name);
    }

    private static String typed(Params params, String name) {
        var text = params.text(name);
        return text == null ? "" : text.strip();
    }

    private String summary(Stored session) {
        var price = checkout.firstPrice(session).body();
        return "<p class=\"what\">" + Html.text(catalog.productName(price)) + "</p><p class=\"amount\">"
                + Html.money(session.body(), "amount_total") + every(price) + "</p>";
    }

    static String every(ObjectNode price) {
        var interval = Json.text(price, "recurring", "interval");
        return interval == null ? "" : " <span>every " + interval + "</span>";
    }

    private static String name(Payer payer) {
        return payer.name() == null ? "" : Html.text(payer.name());
    }

    private String form(Stored session, @Nullable String message, Payer payer) {
        var known = Json.text(session.body(), "customer_details", "email");
        var email = known == null
                ? "<input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" value=\""
                        + Html.text(payer.email()) + "\">"
                : "<input id=\"email\" name=\"email\" type=\"email\" readonly value=\"" + Html.text(known) + "\">";
        var back = Checkout.cancelUrl(session);
        var error = message == null ? "" : "<p class=\"error\" role=\"alert\">" + Html.text(message) + "</p>";
        return Html.page(
                "Checkout",
                summary(session)
                        + error
                        + """
                        <form method="post">
                        <label for="email">E-mail</label>%s
                        <label for="name">Name on card</label><input id="name" name="name" autocomplete="name" value="%s">
                        <button class="main" name="action" value="card">Pay by card</button>
                        <p class="hint">or see what happens when</p>
                        <button name="action" value="decline">Card is declined</button>
                        <button name="action" value="authenticate">Card needs authentication</button>
                        <button name="action" value="sepa">SEPA (settles in 5 days)</button>
                        <button name="action" value="sepa-fails">SEPA (fails in 5 days)</button>
                        </form>
                        """.formatted(email, name(payer))
                        + (back == null ? "" : "<p><a href=\"" + Html.text(back.toString()) + "\">Go back</a></p>"));
    }

    private String bank(Stored session, Payer payer) {
        return Html.page(
                "Your bank asks",
                "<h1>Is it you who is paying?</h1>" + summary(session)
                        + """
                        <p>This plays the page of the reader's bank (3-D Secure).</p>
                        <form method="post"><input type="hidden" name="email" value="%s"><input type="hidden" name="name" value="%s">
                        <button class="main" name="action" value="authenticated">Complete</button>
                        <button name="action" value="not-authenticated">Fail</button></form>
                        """.formatted(Html.text(payer.email()), name(payer)));
    }

    private String closed(Stored session) {
        if ("expired".equals(Json.text(session.body(), "status"))) {
            var back = Checkout.cancelUrl(session);
            return Html.page(
                    "Expired",
                    "<h1>This page has expired</h1><p>Nothing was charged.</p>"
                            + (back == null
                                    ? ""
                                    : "<p><a href=\"" + Html.text(back.toString()) + "\">Start again</a></p>"));
        }
        return Html.page(
                "Complete",
                "<h1>This payment is complete</h1>" + summary(session) + "<p><a href=\""
                        + Html.text(Checkout.successUrl(session).toString()) + "\">Go on</a></p>");
    }
}
