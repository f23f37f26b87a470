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
        var session = world.add(Json.body("""
                        {"configuration": "bpc_1", "flow": null, "livemode": false, "on_behalf_of": null}
                        """)
                .with("id", id)
                .with("object", TYPE)
                .with("created", world.now())
                .with("customer", customer)
                .with("locale", params.text("locale"))
                .with("return_url", params.text("return_url"))
                .with("url", pages + "/p/session/" + id)
                .json());
        return session.body();
    }
}
