package press.mainstay.donation;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;
import press.mainstay.stripe.MinimumCharge;

/// What the support page offers.
///
/// @param currencies ISO codes; the first is for readers who come without a choice
/// @param amounts by currency and frequency; a frequency without a row is not offered in that currency
/// @param paymentMethods shown with their pictures beside the button
@Validated
@ConfigurationProperties("mainstay.donation")
public record DonationProperties(
        List<String> currencies, Map<String, Map<Frequency, Choices>> amounts, List<PaymentMethod> paymentMethods) {

    /// All in major units, such as `10` or `7.50`.
    ///
    /// @param amounts to pick from, in the order shown
    /// @param preselected one of `amounts`
    /// @param minimum also for amounts that readers type
    public record Choices(List<BigDecimal> amounts, BigDecimal preselected, BigDecimal minimum, BigDecimal maximum) {}

    /// The same for one currency and frequency, as money.
    record Offer(List<Money> amounts, Money preselected, Money minimum, Money maximum) {

        boolean has(Money amount) {
            return amounts.contains(amount);
        }
    }

    public DonationProperties {
        currencies = currencies.stream()
                .map(currency -> currency.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (currencies.isEmpty()) {
            throw new IllegalArgumentException("mainstay.donation.currencies is empty; name one at least, such as usd");
        }
        for (var currency : currencies) {
            var frequencies = amounts.get(currency);
            if (frequencies == null || frequencies.isEmpty()) {
                throw new IllegalArgumentException(
                        "mainstay.donation.currencies names %1$s, but there are no mainstay.donation.amounts.%1$s"
                                .formatted(currency));
            }
            frequencies.forEach((frequency, choices) -> check(currency, frequency, choices));
        }
    }

    private static void check(String currency, Frequency frequency, Choices choices) {
        var setting = "mainstay.donation.amounts.%s.%s".formatted(currency, frequency.word());
        if (choices.amounts() == null
                || choices.amounts().isEmpty()
                || choices.preselected() == null
                || choices.minimum() == null
                || choices.maximum() == null) {
            throw new IllegalArgumentException(setting + " needs amounts, preselected, minimum and maximum");
        }
        Offer offer;
        try {
            offer = offer(choices, currency);
        } catch (ArithmeticException tooFine) {
            throw new IllegalArgumentException(
                    "%s has an amount with more than the %d decimals of %s"
                            .formatted(setting, Money.decimals(currency), currency),
                    tooFine);
        }
        MinimumCharge.in(currency).ifPresent(least -> {
            if (offer.minimum().minorUnits() < least.minorUnits()) {
                throw new IllegalArgumentException("%s.minimum is %s, but Stripe charges %s %s at least"
                        .formatted(setting, choices.minimum(), least.major(), currency));
            }
        });
        if (offer.minimum().minorUnits() < 1) {
            throw new IllegalArgumentException(setting + ".minimum is not above zero");
        }
        for (var amount : offer.amounts()) {
            if (amount.minorUnits() < offer.minimum().minorUnits()
                    || amount.minorUnits() > offer.maximum().minorUnits()) {
                throw new IllegalArgumentException("%s.amounts has %s, outside minimum %s and maximum %s"
                        .formatted(setting, amount.major(), choices.minimum(), choices.maximum()));
            }
        }
        if (!offer.has(offer.preselected())) {
            throw new IllegalArgumentException(
                    "%s.preselected is %s, which is none of its amounts".formatted(setting, choices.preselected()));
        }
    }

    private static Offer offer(Choices choices, String currency) {
        return new Offer(
                choices.amounts().stream()
                        .map(amount -> Money.ofMajor(amount, currency))
                        .toList(),
                Money.ofMajor(choices.preselected(), currency),
                Money.ofMajor(choices.minimum(), currency),
                Money.ofMajor(choices.maximum(), currency));
    }

    boolean takes(String currency) {
        return currencies.contains(currency);
    }

    /// In the order of the page: once, monthly, annual.
    List<Frequency> frequencies(String currency) {
        return List.of(Frequency.values()).stream()
                .filter(amounts.get(currency)::containsKey)
                .toList();
    }

    /// @param frequency one of `frequencies(currency)`
    Offer offer(String currency, Frequency frequency) {
        return offer(amounts.get(currency).get(frequency), currency);
    }
}
