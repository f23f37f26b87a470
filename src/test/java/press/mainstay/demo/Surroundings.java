package press.mainstay.demo;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import press.mainstay.demo.stripe.StripeSimulator;

/// What the service finds around it: a database, a mail server, a clock and Stripe, or one that plays it. Started
/// before
/// the service; they end with the
/// server.
public final class Surroundings {

    /// What the simulator signs its webhooks with.
    static final String WEBHOOK_SECRET = "whsec_demo";

    private final DemoDatabase server;
    private final DemoClock clock;
    private final DemoMail mail;
    private final @Nullable StripeSimulator stripe;
    private final Map<String, Object> settings = new HashMap<>();

    private Surroundings(DemoDatabase server, String mainstay, String demo, @Nullable Integer stripePort) {
        this.server = server;
        var database = server.dataSource(demo);
        clock = new DemoClock(stripePort == null ? null : database);
        mail = new DemoMail(database, clock);
        server.closeFirst(mail);
        stripe = stripePort == null ? null : new StripeSimulator(database, clock, stripePort);
        if (stripe != null) {
            server.closeFirst(stripe);
        }
        settings.put("spring.datasource.url", server.url(mainstay));
        settings.put("spring.datasource.username", DemoDatabase.USER);
        settings.put("spring.datasource.password", "");
        settings.put("spring.mail.host", "localhost");
        settings.put("spring.mail.port", mail.port());
        settings.put("mainstay.mail.relay-pause", "50ms");
    }

    /// With Stripe played.
    ///
    /// @param mainstay the service's database on that server
    /// @param demo the database that remembers the surroundings
    /// @param stripePort where the simulator listens; 0 for any free port
    public static Surroundings played(DemoDatabase server, String mainstay, String demo, int stripePort) {
        var surroundings = new Surroundings(server, mainstay, demo, stripePort);
        var url = surroundings.requireStripe().url().toString();
        surroundings.settings.put("mainstay.stripe.api-key", "sk_test_demo");
        surroundings.settings.put("mainstay.stripe.webhook-secrets", WEBHOOK_SECRET);
        surroundings.settings.put("mainstay.stripe.api-base", url);
        surroundings.settings.put("mainstay.stripe.checkout-origin", url);
        surroundings.settings.put("mainstay.stripe.calls-per-second", 1_000);
        surroundings.settings.put("mainstay.stripe.portal-origin", url);
        return surroundings;
    }

    /// With Stripe's own test mode, whose time nobody moves: events are asked for, since Stripe cannot call localhost.
    public static Surroundings withStripe(DemoDatabase server, String mainstay, String demo, String apiKey) {
        var surroundings = new Surroundings(server, mainstay, demo, null);
        surroundings.settings.put("mainstay.stripe.api-key", apiKey);
        surroundings.settings.put("mainstay.stripe.poll-every", "5s");
        return surroundings;
    }

    /// Sets one more of the service's settings, or overrides one.
    public Surroundings set(String name, Object value) {
        settings.put(name, value);
        return this;
    }

    /// For a context that is not refreshed yet: its settings win over all others, and `Clock`, `DemoMail`,
    /// `DemoDatabase` and `StripeSimulator` are beans of it.
    public void attachTo(ConfigurableApplicationContext context) {
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("surroundings", settings));
        var beans = context.getBeanFactory();
        beans.registerSingleton("demoDatabase", server);
        beans.registerSingleton("clock", clock);
        beans.registerSingleton("demoMail", mail);
        if (stripe != null) {
            beans.registerSingleton("stripeSimulator", stripe);
        }
    }

    /// Where to look at what Stripe holds, for people.
    String stripeAddress() {
        return stripe == null
                ? "https://dashboard.stripe.com/test (test mode, asked for news every 5 seconds)"
                : stripe.url() + " (played by a simulator)";
    }

    private StripeSimulator requireStripe() {
        if (stripe == null) {
            throw new IllegalStateException("Stripe is not played here");
        }
        return stripe;
    }
}
