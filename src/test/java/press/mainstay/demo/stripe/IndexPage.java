package press.mainstay.demo.stripe;

/// What is inside, at a glance.
final class IndexPage {

    private static final int LATEST = 50;

    private final World world;

    IndexPage(World world) {
        this.world = world;
    }

    String page() {
        var page = new StringBuilder("""
                <h1>Stripe, played</h1>
                <p>This stands in for Stripe in the demo: its API below <code>/v1</code>, its payment pages, and its webhooks.
                No money moves and nothing leaves this computer.</p>
                """);
        page.append("<p>Its clock says <b>").append(Html.time(world.now())).append("</b>. ");
        var due = world.store.nextDue();
        page.append(due == null ? "Nothing falls due." : "The next thing falls due <b>" + Html.time(due) + "</b>.");
        page.append("</p><h2>Objects</h2><table>");
        world.store
                .counts()
                .forEach((type, count) -> page.append("<tr><td>")
                        .append(type)
                        .append("<td class=\"figure\">")
                        .append(count));
        page.append("</table><h2>Open payment pages</h2><ul>");
        world.store.newest(Checkout.TYPE).stream()
                .filter(Checkout::isOpen)
                .limit(LATEST)
                .forEach(session -> page.append("<li><a href=\"/c/pay/" + session.id() + "\">")
                        .append(Html.money(session.body(), "amount_total"))
                        .append("</a>, opened ")
                        .append(Html.time(Json.number(session.body(), "created"))));
        page.append("</ul><h2>Latest events</h2><table><tr><th>When<th>What<th>About<th>Webhook");
        world.store.newest("event").stream()
                .limit(LATEST)
                .forEach(event -> page.append("<tr><td>")
                        .append(Html.time(Json.number(event.body(), "created")))
                        .append("<td>")
                        .append(Json.need(event.body(), "type"))
                        .append("<td><code>")
                        .append(Html.text(Json.need(event.body(), "data", "object", "id")))
                        .append("</code><td>")
                        .append(delivery(event)));
        return Html.page("Stripe, played", page.append("</table>").toString());
    }

    private static String delivery(Stored event) {
        long attempts = Json.number(event.hidden(), "attempts");
        if (!Json.flag(event.hidden(), "pending")) {
            return "delivered" + (attempts > 1 ? " at try " + attempts : "");
        }
        long answer = Json.number(event.hidden(), "answer");
        return attempts == 0
                ? "on its way"
                : "tried " + attempts + " times, last answer: " + (answer == 0 ? "none" : String.valueOf(answer));
    }
}
