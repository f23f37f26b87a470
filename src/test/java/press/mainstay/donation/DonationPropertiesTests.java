package press.mainstay.donation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

class DonationPropertiesTests {

    @Test
    void bringsATableForTheInventedNewsroom() {
        var settings = settings(Map.of());

        assertThat(settings.currencies()).containsExactly("usd", "eur", "gbp", "jpy");
        assertThat(settings.frequencies("usd")).containsExactly(Frequency.ONCE, Frequency.MONTHLY, Frequency.ANNUAL);
        assertThat(settings.offer("usd", Frequency.MONTHLY).minimum()).isEqualTo(new Money(200, "usd"));
        assertThat(settings.offer("jpy", Frequency.MONTHLY).amounts()).contains(new Money(300, "jpy"));
    }

    @Test
    void takesOneCurrencyOnly() {
        assertThat(settings(Map.of("currencies", "EUR")).currencies()).containsExactly("eur");
    }

    @Test
    void leavesOutAFrequencyWithoutAmounts() {
        var settings = settings(Map.of(
                "currencies", "chf",
                "amounts.chf.monthly.amounts", "5,10",
                "amounts.chf.monthly.preselected", "5",
                "amounts.chf.monthly.minimum", "2.50",
                "amounts.chf.monthly.maximum", "1000"));

        assertThat(settings.frequencies("chf")).containsExactly(Frequency.MONTHLY);
        assertThat(settings.offer("chf", Frequency.MONTHLY).minimum()).isEqualTo(new Money(250, "chf"));
    }

    @Test
    void showsDirectDebitOfTheEuroAreaForEurosOnly() {
        assertThat(PaymentMethod.SEPA_DEBIT.takes("eur")).isTrue();
        assertThat(PaymentMethod.SEPA_DEBIT.takes("usd")).isFalse();
    }

    @Test
    void refusesAMinimumUnderStripes() {
        refuses(
                Map.of("amounts.usd.once.minimum", "0.49"),
                "mainstay.donation.amounts.usd.once.minimum is 0.49, but Stripe charges 0.50 usd at least");
    }

    @Test
    void refusesAmountsOutsideTheLimits() {
        refuses(
                Map.of("amounts.gbp.monthly.amounts", "1, 5"),
                "mainstay.donation.amounts.gbp.monthly.amounts has 1.00, outside minimum 2 and maximum 1000");
    }

    @Test
    void refusesFractionsThatACurrencyHasNot() {
        refuses(
                Map.of("amounts.jpy.once.minimum", "300.50"),
                "mainstay.donation.amounts.jpy.once has an amount with more than the 0 decimals of jpy");
    }

    @Test
    void refusesAPreselectedAmountThatIsNotOffered() {
        refuses(
                Map.of("amounts.eur.annual.preselected", "60"),
                "mainstay.donation.amounts.eur.annual.preselected is 60, which is none of its amounts");
    }

    @Test
    void refusesACurrencyWithoutAmounts() {
        refuses(
                Map.of("currencies", "usd, chf"),
                "mainstay.donation.currencies names chf, but there are no mainstay.donation.amounts.chf");
    }

    private static void refuses(Map<String, String> settings, String sentence) {
        assertThatThrownBy(() -> settings(settings)).rootCause().hasMessage(sentence);
    }

    private static DonationProperties settings(Map<String, String> own) {
        var sources = new MutablePropertySources();
        var named = new HashMap<String, Object>();
        own.forEach((name, value) -> named.put("mainstay.donation." + name, value));
        sources.addFirst(new MapPropertySource("own", named));
        try {
            new YamlPropertySourceLoader()
                    .load("ours", new ClassPathResource("application.yaml"))
                    .forEach(sources::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Binder(ConfigurationPropertySources.from(sources))
                .bind("mainstay.donation", DonationProperties.class)
                .get();
    }
}
