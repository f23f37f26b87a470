package press.mainstay.demo.stripe;

import org.jspecify.annotations.Nullable;

/// What readers' banks will say when Stripe collects a renewal by itself.
public final class Cards {

    private static final String DECLINES = "declines";
    private static final String CODE = "decline_code";

    private final World world;

    Cards(World world) {
        this.world = world;
    }

    /// @param customer or subscription
    public void failNext(String customer) {
        failNext(customer, 1);
    }

    /// @param customer or subscription
    /// @param times how often in a row; Stripe tries four times before it ends a subscription
    public void failNext(String customer, int times) {
        failNext(customer, times, "card_declined");
    }

    /// @param code such as `card_declined`, `expired_card`, `authentication_required`
    public void failNext(String customer, int times, String code) {
        world.run(() -> {
            var owner = owner(customer);
            owner.hidden().put(DECLINES, times);
            owner.hidden().put(CODE, code);
            world.store.save(owner);
        });
    }

    /// The reader has a card that works again.
    public void work(String customer) {
        failNext(customer, 0);
    }

    static void forgetDeclines(Stored customer) {
        customer.hidden().put(DECLINES, 0);
    }

    private Stored owner(String id) {
        var subscription = world.store.find("subscription", id);
        return world.store.get("customer", subscription == null ? id : Json.text(subscription.body(), "customer"));
    }

    /// @return the bank's code; null: it pays
    @Nullable
    String declines(String customer) {
        var owner = world.store.find("customer", customer);
        long left = owner == null ? 0 : Json.number(owner.hidden(), DECLINES);
        if (owner == null || left == 0) {
            return null;
        }
        owner.hidden().put(DECLINES, left - 1);
        world.store.save(owner);
        return Json.need(owner.hidden(), CODE);
    }
}
