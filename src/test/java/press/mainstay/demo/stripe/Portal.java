package press.mainstay.demo.stripe;

import java.net.URI;
import tools.jackson.databind.node.ObjectNode;

/// The customer portal: where readers end a subscription by themselves.
final class Portal {

    static final String TYPE = "billing_portal.session";

    private final World world;
    private volatile URI pages = URI.create("http://localhost");

    Portal(World world) {
        this.world = world;
    }

    void pagesAt(URI pages) {
        this.pages = pages;
    }

    ObjectNode open(Params params) {
        var customer = params.text("customer");
        if (customer == null) {
            throw Refusal.needed("customer");
        }
        if (world.store.find("customer", customer) == null) {
            throw Refusal.missing("customer", customer, "customer");
        }
        var id = world.id("bps_1");
        var session = world.add(Json.object(
                "id",
                id,
                "object",
                TYPE,
                "configuration",
                "bpc_1",
                "created",
                world.now(),
                "customer",
                customer,
                "flow",
                null,
                "livemode",
                false,
                "locale",
                params.text("locale"),
                "on_behalf_of",
                null,
                "return_url",
                params.text("return_url"),
                "url",
                pages + "/p/session/" + id));
        return session.body();
    }
}
