package press.mainstay.demo.stripe;

import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/// The customer portal as its reader sees it.
final class PortalPage {

    private final World world;
    private final Catalog catalog;
    private final Subscriptions subscriptions;
    private final Changes changes;
    private final Customers customers;

    PortalPage(Parts parts) {
        this.world = parts.world();
        this.catalog = parts.catalog();
        this.subscriptions = parts.subscriptions();
        this.changes = parts.changes();
        this.customers = parts.customers();
    }

    Answer answer(String method, Stored session, Params params) {
        var customer = world.store.find("customer", Json.need(session.body(), "customer"));
        if (customer == null) {
            return Answer.html(200, Html.page("Customer portal", "<h1>There is nothing here any more</h1>"));
        }
        if (method.equals("POST")) {
            act(customer, Objects.requireNonNullElse(params.text("action"), ""), params);
            return Answer.seeOther("/p/session/" + session.id());
        }
        return Answer.html(200, page(session, customer));
    }

    private void act(Stored customer, String action, Params params) {
        var email = params.text("email");
        if (action.equals("card")) {
            customers.changeCard(customer);
        } else if (action.equals("email") && email != null && !email.isBlank()) {
            customers.changeEmail(customer, email.strip());
        }
        var chosen = world.store.find("subscription", params.text("subscription"));
        if (chosen == null
                || !customer.id().equals(Json.text(chosen.body(), "customer"))
                || !Subscriptions.runs(chosen)) {
            return;
        }
        switch (action) {
            case "cancel" -> changes.cancelFromPortal(chosen);
            case "cancel-now" -> subscriptions.end(chosen, "cancellation_requested");
            case "resume" -> changes.resumeFromPortal(chosen);
            default -> {}
        }
    }

    private String page(Stored session, Stored customer) {
        var list = new StringBuilder();
        world.store
                .naming("subscription", "customer", customer.id())
                .descendingMap()
                .values()
                .forEach(subscription -> list.append(line(subscription)));
        var email = Objects.requireNonNullElse(Json.text(customer.body(), "email"), "");
        var back = Json.text(session.body(), "return_url");
        return Html.page(
                "Customer portal",
                "<h1>Your payments</h1>" + list
                        + """
                        <form method="post"><button name="action" value="card">Pay with a new card</button></form>
                        <form method="post"><label for="email">E-mail</label><input id="email" name="email" type="email" value="%s">
                        <button name="action" value="email">Change e-mail</button></form>
                        """.formatted(Html.text(email))
                        + (back == null ? "" : "<p><a href=\"" + Html.text(back) + "\">Go back</a></p>"));
    }

    private String line(Stored subscription) {
        var price = (ObjectNode) Subscriptions.item(subscription).path("price");
        var status = Subscriptions.status(subscription);
        var ends = Json.number(subscription.body(), "cancel_at");
        return "<form method=\"post\"><p class=\"what\">" + Html.text(catalog.productName(price))
                + "</p><p class=\"amount\">"
                + Html.money(price, "unit_amount") + HostedPages.every(price) + "</p><p>" + status
                + (ends > 0
                        ? ", ends " + Html.day(ends)
                        : ", next payment "
                                + Html.day(Json.number(Subscriptions.item(subscription), "current_period_end")))
                + "</p><input type=\"hidden\" name=\"subscription\" value=\"" + subscription.id() + "\">"
                + buttons(subscription, ends > 0) + "</form>";
    }

    private static String buttons(Stored subscription, boolean ends) {
        if (!Subscriptions.runs(subscription)) {
            return "";
        }
        return (ends
                        ? "<button name=\"action\" value=\"resume\">Don't cancel</button>"
                        : "<button name=\"action\" value=\"cancel\">Cancel at the end of the period</button>")
                + "<button name=\"action\" value=\"cancel-now\">Cancel now</button>";
    }
}
