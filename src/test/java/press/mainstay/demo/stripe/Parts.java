package press.mainstay.demo.stripe;

import java.net.URI;

/// What Stripe is made of here, and how it hangs together.
record Parts(
        World world,
        Customers customers,
        Catalog catalog,
        Payments payments,
        Cards cards,
        Invoices invoices,
        Subscriptions subscriptions,
        Changes changes,
        Arrears arrears,
        Dashboard dashboard,
        Checkout checkout,
        Refunds refunds,
        Disputes disputes,
        Elsewhere elsewhere,
        Portal portal) {

    static Parts of(World world) {
        var customers = new Customers(world);
        var catalog = new Catalog(world);
        var payments = new Payments(world);
        var cards = new Cards(world);
        var invoices = new Invoices(world, payments, cards, catalog);
        var subscriptions = new Subscriptions(world, invoices);
        return new Parts(
                world,
                customers,
                catalog,
                payments,
                cards,
                invoices,
                subscriptions,
                new Changes(world, subscriptions, invoices, catalog),
                new Arrears(world, invoices, subscriptions, payments, customers),
                new Dashboard(world, customers, catalog, payments, subscriptions, invoices),
                new Checkout(world, customers, catalog, payments, subscriptions, invoices),
                new Refunds(world, payments),
                new Disputes(world, payments, subscriptions),
                new Elsewhere(world, customers, payments),
                new Portal(world));
    }

    /// @param origin of the hosted pages
    void pagesAt(URI origin) {
        checkout.pagesAt(origin);
        portal.pagesAt(origin);
        invoices.pagesAt(origin);
    }
}
