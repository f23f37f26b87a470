package press.mainstay.demo.stripe;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Money;
import tools.jackson.databind.node.ObjectNode;

/// Products and their prices.
final class Catalog {

    private static final long HIGHEST = 99_999_999;

    private final World world;

    Catalog(World world) {
        this.world = world;
    }

    Stored createProduct(Params params) {
        var id = params.text("id");
        if (params.text("name") == null) {
            throw Refusal.needed("name");
        }
        if (id != null && world.store.find(id) != null) {
            throw Refusal.invalid("resource_already_exists", "Product already exists.", "id");
        }
        return product(id, params);
    }

    private Stored product(@Nullable String id, Params params) {
        var product = world.add(Json.body("""
                        {"object": "product", "active": true, "default_price": null, "images": [],
                         "livemode": false, "marketing_features": [], "package_dimensions": null,
                         "shippable": null, "type": "service", "url": null}
                        """)
                .with("id", id == null ? world.id("prod_", 14) : id)
                .with("created", world.now())
                .with("description", params.text("description"))
                .with("metadata", Customers.metadata(params))
                .with("name", params.text("name"))
                .with("statement_descriptor", params.text("statement_descriptor"))
                .with("tax_code", params.text("tax_code"))
                .with("unit_label", params.text("unit_label"))
                .with("updated", world.now())
                .json());
        world.tell("product.created", product);
        return product;
    }

    Stored updateProduct(Stored product, Params params) {
        world.alter(product, "product.updated", body -> {
            for (var name : new String[] {"name", "description", "statement_descriptor", "unit_label"}) {
                var value = params.text(name);
                if (value != null) {
                    Json.put(body, name, value.isEmpty() ? null : value);
                }
            }
            Customers.merge(body, params);
            body.put("updated", world.now());
        });
        return product;
    }

    Stored createPrice(Params params) {
        return price(params, "", true);
    }

    /// @param where the parameter that holds the price, for errors: `line_items[0][price_data]`
    Stored price(Params data, String where, boolean active) {
        var currency = data.text("currency");
        if (currency == null) {
            throw Refusal.needed(param(where, "currency"));
        }
        if (!Settlement.trades(currency)) {
            throw Refusal.invalid(null, "Invalid currency: " + currency + ".", param(where, "currency"));
        }
        var amount = data.number("unit_amount");
        if (amount == null) {
            throw Refusal.needed(param(where, "unit_amount"));
        }
        if (amount < 0) {
            throw Refusal.invalid(
                    "parameter_invalid_integer",
                    "This value must be greater than or equal to 0.",
                    param(where, "unit_amount"));
        }
        if (amount > HIGHEST) {
            throw Refusal.invalid(
                    "amount_too_large", "Amount must be no more than 999,999.99.", param(where, "unit_amount"));
        }
        var interval = interval(data, where);
        var count = data.number("recurring", "interval_count");
        return price(
                currency,
                amount,
                productOf(data, where),
                interval,
                count == null ? 1 : count,
                active,
                data.text("lookup_key"),
                data.text("nickname"));
    }

    /// The same price but for the amount.
    Stored like(ObjectNode price, long minorUnits) {
        return price(
                Json.need(price, "currency"),
                minorUnits,
                Json.need(price, "product"),
                Json.need(price, "recurring", "interval"),
                Json.number(price, "recurring", "interval_count"),
                false,
                null,
                null);
    }

    /// A price that staff enter at the Dashboard, for a product that they enter too where there is none.
    Stored priceOf(String product, Money money, String interval) {
        if (world.store.find("product", product) == null) {
            product(product, Params.parse("name=Club"));
        }
        return price(money.currency(), money.minorUnits(), product, interval, 1, true, null, null);
    }

    private Stored price(
            String currency,
            long amount,
            String product,
            @Nullable String interval,
            long count,
            boolean active,
            @Nullable String lookupKey,
            @Nullable String nickname) {
        var recurring = interval == null
                ? null
                : Json.body("""
                        {"meter": null, "trial_period_days": null, "usage_type": "licensed"}
                        """)
                        .with("interval", interval)
                        .with("interval_count", count)
                        .json();
        return world.add(Json.body("""
                        {"object": "price", "billing_scheme": "per_unit", "custom_unit_amount": null,
                         "livemode": false, "metadata": {}, "tax_behavior": "unspecified", "tiers_mode": null,
                         "transform_quantity": null}
                        """)
                .with("id", world.id("price_1"))
                .with("active", active)
                .with("created", world.now())
                .with("currency", currency)
                .with("lookup_key", lookupKey)
                .with("nickname", nickname)
                .with("product", product)
                .with("recurring", recurring)
                .with("type", recurring == null ? "one_time" : "recurring")
                .with("unit_amount", amount)
                .with("unit_amount_decimal", String.valueOf(amount))
                .json());
    }

    private static @Nullable String interval(Params data, String where) {
        if (!data.has("recurring")) {
            return null;
        }
        var interval = data.text("recurring", "interval");
        if (interval == null) {
            throw Refusal.needed(param(where, "recurring") + "[interval]");
        }
        if (!Set.of("day", "week", "month", "year").contains(interval)) {
            throw Refusal.invalid(
                    null,
                    "Invalid recurring[interval]: must be one of day, month, week, or year",
                    param(where, "recurring") + "[interval]");
        }
        return interval;
    }

    private String productOf(Params data, String where) {
        if (data.has("product_data")) {
            if (data.text("product_data", "name") == null) {
                throw Refusal.needed(param(where, "product_data") + "[name]");
            }
            return product(null, data.in("product_data")).id();
        }
        var id = data.text("product");
        if (id == null) {
            throw Refusal.needed(param(where, "product"));
        }
        if (world.store.find("product", id) == null) {
            throw Refusal.missing("product", id, param(where, "product"));
        }
        return id;
    }

    private static String param(String where, String name) {
        return where.isEmpty() ? name : where + "[" + name + "]";
    }

    String productName(ObjectNode price) {
        var product = world.store.find("product", Json.text(price, "product"));
        return product == null ? "Product" : Json.need(product.body(), "name");
    }

    static Money money(ObjectNode price) {
        return new Money(Json.number(price, "unit_amount"), Json.need(price, "currency"));
    }

    /// The old name of a price, still part of each subscription item.
    static ObjectNode plan(ObjectNode price) {
        return Json.body("""
                        {"object": "plan", "active": true, "billing_scheme": "per_unit", "livemode": false,
                         "meter": null, "nickname": null, "tiers_mode": null, "transform_usage": null,
                         "trial_period_days": null, "usage_type": "licensed"}
                        """)
                .with("id", Json.need(price, "id"))
                .with("amount", Json.number(price, "unit_amount"))
                .with("amount_decimal", Json.need(price, "unit_amount_decimal"))
                .with("created", Json.number(price, "created"))
                .with("currency", Json.need(price, "currency"))
                .with("interval", Json.need(price, "recurring", "interval"))
                .with("interval_count", Json.number(price, "recurring", "interval_count"))
                .with("metadata", Map.of())
                .with("product", Json.need(price, "product"))
                .json();
    }
}
