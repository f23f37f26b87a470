package press.mainstay.stripe;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;
import press.mainstay.shared.Frequency;

/// How we meet Stripe.
///
/// @param apiKey secret or restricted key; tells test from live mode
/// @param webhookSecrets every signing secret in force: two while one is being rolled
/// @param apiBase a stand-in for api.stripe.com, for demo and tests
/// @param checkoutOrigin where the payment page lives; another one with a custom domain at Stripe
/// @param portalOrigin where the customer portal lives; the same custom domain, if there is one
/// @param pollEvery how often Stripe's list of events is asked for what no webhook brought
/// @param callsPerSecond how many calls a node's background jobs make at most; well below Stripe's 25 for one
///     kind of call, since readers come first
/// @param products the account's own products whose subscriptions are memberships, beside those that we make;
///     `*` for all. What else is sold on the account belongs to others
/// @param productNames what Stripe's pages and mails call a gift; discreet, since they end up in mailboxes
/// @param statementSuffix follows your account's prefix on the card statement of a one-off gift; together at
///     most 22 characters
@Validated
@ConfigurationProperties("mainstay.stripe")
public record StripeProperties(
        @NotBlank String apiKey,
        @DefaultValue List<String> webhookSecrets,
        @Nullable URI apiBase,
        @DefaultValue("https://checkout.stripe.com") URI checkoutOrigin,
        @DefaultValue("https://billing.stripe.com") URI portalOrigin,
        @DefaultValue("10m") Duration pollEvery,
        @DefaultValue("5") int callsPerSecond,
        @DefaultValue List<String> products,
        @NotNull Map<Frequency, String> productNames,

        @Nullable @Pattern(regexp = "(?=.*[A-Za-z])[A-Za-z0-9 .-]{2,18}")
        String statementSuffix) {

    private static final List<String> MADE_BY_US =
            Arrays.stream(Frequency.values()).map(StripeEventReader::product).toList();

    /// Whether real money moves: read off the key, `sk_live_…` or `rk_live_…`.
    boolean livemode() {
        return apiKey.startsWith("sk_live_") || apiKey.startsWith("rk_live_");
    }

    /// Whether what is paid for this product is a gift to the newsroom.
    boolean ours(@Nullable String product) {
        return product != null
                && (MADE_BY_US.contains(product) || products.contains(product) || products.contains("*"));
    }

    @Override
    public String toString() {
        return "Stripe in " + (livemode() ? "live" : "test") + " mode";
    }
}
