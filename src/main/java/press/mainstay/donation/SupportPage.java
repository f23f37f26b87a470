package press.mainstay.donation;

import java.nio.charset.StandardCharsets;
import java.util.Currency;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// The support page: what may be picked and what is. It is read from the parameters of a link or of the form, which
/// have the same names.
///
/// | Parameter | What |
/// |---|---|
/// | `frequency` | `once`, `monthly`, `annual` |
/// | `currency` | ISO code |
/// | `amount` | as typed, in major units |
/// | `preset-once`, `preset-monthly`, `preset-annual` | the amount picked, or `other`: then `amount` counts |
/// | `campaign`, `component`, `article`, `reminder` | see `Source` |
/// | `lang`, `nonce` | the page's language; see `StartDonation` |
///
/// @param picked the amount picked for each frequency offered; absent: "another amount"
/// @param typed the amount typed, whatever it is
/// @param asked what links to this page carry on: only what was asked for, and only if it can be had
/// @param known whether frequency and currency were asked for and can be had, rather than assumed
public record SupportPage(
        DonationProperties settings,
        String currency,
        Frequency frequency,
        Map<Frequency, Optional<Money>> picked,
        String typed,
        Amount amount,
        Source source,
        @Nullable UUID nonce,
        Map<String, String> asked,
        boolean known) {

    private static final String OTHER = "other";
    private static final Pattern LANGUAGE = Pattern.compile("[a-zA-Z-]{2,10}");

    /// For the first look: what cannot be had is left out without a word.
    static SupportPage preselected(Map<String, String> parameters, DonationProperties settings) {
        var page = of(parameters, settings, false);
        return page.amount() instanceof Amount.Accepted ? page : of(withoutAmount(parameters), settings, false);
    }

    /// For what a reader sent: all is kept, so that it can be mended.
    static SupportPage sent(Map<String, String> parameters, DonationProperties settings) {
        return of(parameters, settings, true);
    }

    private static Map<String, String> withoutAmount(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .filter(parameter -> !parameter.getKey().equals("amount")
                        && !parameter.getKey().startsWith("preset-"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static SupportPage of(Map<String, String> parameters, DonationProperties settings, boolean sent) {
        var currencyAsked = parameters.getOrDefault("currency", "").strip().toLowerCase(Locale.ROOT);
        var currency = settings.takes(currencyAsked)
                ? currencyAsked
                : settings.currencies().getFirst();
        var frequencies = settings.frequencies(currency);
        var frequencyAsked = frequencies.stream()
                .filter(offered -> offered.word().equals(parameters.get("frequency")))
                .findFirst();
        var frequency = frequencyAsked.orElse(
                frequencies.contains(Frequency.MONTHLY) ? Frequency.MONTHLY : frequencies.getFirst());

        var offer = settings.offer(currency, frequency);
        var preset = parameters.getOrDefault("preset-" + frequency.word(), OTHER);
        var text = preset.equals(OTHER) ? parameters.getOrDefault("amount", "") : preset;
        var amount = Amount.read(text, offer.minimum(), offer.maximum());

        var picked = new EnumMap<Frequency, Optional<Money>>(Frequency.class);
        for (var each : frequencies) {
            var preselected = Optional.of(settings.offer(currency, each).preselected());
            picked.put(each, each == frequency ? preselected : pickedBefore(parameters, settings, currency, each));
        }
        var typed = "";
        if (amount instanceof Amount.Accepted(var money) && offer.has(money)) {
            picked.put(frequency, Optional.of(money));
        } else if (sent || !(amount instanceof Amount.Missing)) {
            picked.put(frequency, Optional.empty());
            typed = text.substring(0, Math.min(text.length(), Amount.LONGEST));
        }

        var source = Source.of(parameters);
        var asked = new LinkedHashMap<String, String>();
        frequencyAsked.ifPresent(it -> asked.put("frequency", it.word()));
        if (amount instanceof Amount.Accepted(var money)) {
            asked.put("amount", plain(money));
        }
        if (currency.equals(currencyAsked)) {
            asked.put("currency", currency);
        }
        put(asked, "campaign", source.campaign());
        put(asked, "component", source.component());
        put(asked, "article", source.article());
        put(
                asked,
                "reminder",
                source.reminder() == null ? null : source.reminder().toString());
        put(
                asked,
                "lang",
                LANGUAGE.matcher(parameters.getOrDefault("lang", "")).matches() ? parameters.get("lang") : null);
        return new SupportPage(
                settings,
                currency,
                frequency,
                picked,
                typed,
                amount,
                source,
                Source.uuid(parameters.get("nonce")),
                asked,
                frequencyAsked.isPresent() && currency.equals(currencyAsked));
    }

    private static Optional<Money> pickedBefore(
            Map<String, String> parameters, DonationProperties settings, String currency, Frequency frequency) {
        var offer = settings.offer(currency, frequency);
        var preset = parameters.getOrDefault("preset-" + frequency.word(), "");
        if (preset.equals(OTHER)) {
            return Optional.empty();
        }
        return Amount.read(preset, offer.minimum(), offer.maximum()) instanceof Amount.Accepted(var money)
                        && offer.has(money)
                ? Optional.of(money)
                : Optional.of(offer.preselected());
    }

    private static void put(Map<String, String> asked, String parameter, @Nullable String value) {
        if (value != null) {
            asked.put(parameter, value);
        }
    }

    /// @return the command, if nothing is missing or refused
    Optional<StartDonation> command() {
        return known && amount instanceof Amount.Accepted(var money)
                ? Optional.of(new StartDonation(frequency, money, source, nonce))
                : Optional.empty();
    }

    /// What a reader leaves with who goes on with nothing changed.
    public Choice choice() {
        var shown = amount instanceof Amount.Accepted(var money)
                ? Optional.of(money)
                : picked.getOrDefault(frequency, Optional.empty());
        return shown.map(money -> new Choice(frequency, money, source)).orElse(new Choice(null, null, source));
    }

    public List<Frequency> frequencies() {
        return settings.frequencies(currency);
    }

    public List<Money> amounts(Frequency frequency) {
        return settings.offer(currency, frequency).amounts();
    }

    public boolean picks(Frequency frequency, Money amount) {
        return picked.get(frequency).filter(amount::equals).isPresent();
    }

    public boolean picksOther(Frequency frequency) {
        return picked.get(frequency).isEmpty();
    }

    public Money minimum(Frequency frequency) {
        return settings.offer(currency, frequency).minimum();
    }

    public Money maximum(Frequency frequency) {
        return settings.offer(currency, frequency).maximum();
    }

    public List<PaymentMethod> paymentMethods() {
        return settings.paymentMethods().stream()
                .filter(method -> method.takes(currency))
                .toList();
    }

    /// How many decimals may be typed.
    public int decimals() {
        return Math.min(2, Money.decimals(currency));
    }

    /// The same choices in another currency. An amount goes along only if it is one to pick there too: five dollars
    /// are about five euros, but five thousand yen are not five thousand dollars.
    public String in(String other) {
        var link = new LinkedHashMap<>(asked);
        var offered = Optional.ofNullable(settings.amounts().get(other).get(frequency)).stream()
                .flatMap(choices -> choices.amounts().stream());
        if (!(amount instanceof Amount.Accepted(var money))
                || offered.noneMatch(choice -> choice.compareTo(money.major()) == 0)) {
            link.remove("amount");
        }
        link.put("currency", other);
        return link(link);
    }

    /// The same page in another language.
    public String inLanguage(Locale language) {
        var link = new LinkedHashMap<>(asked);
        link.put("lang", language.toLanguageTag());
        return link(link);
    }

    private static String link(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(each -> each.getKey() + '=' + UriUtils.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&", "/?", ""));
    }

    /// `5`, `7.50`: as the form sends it.
    public static String plain(Money money) {
        var major = money.major();
        return major.stripTrailingZeros().scale() <= 0 ? major.toBigInteger().toString() : major.toPlainString();
    }

    /// `$`, `€`: before the field for another amount, and in the switch of currencies.
    public static String sign(String currency, Locale locale) {
        return Currency.getInstance(currency.toUpperCase(Locale.ROOT)).getSymbol(locale);
    }
}
