package press.mainstay.donation;

import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import press.mainstay.ledger.LedgerService;
import press.mainstay.ledger.Payment;
import press.mainstay.ledger.PaymentsReceived;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.Frequency;
import press.mainstay.supporter.PortalLinks;
import press.mainstay.supporter.Supporter;
import press.mainstay.supporter.SupporterService;

/// The receipt: one a payment.
@Component
class ReceiptLetter implements Letter {

    private static final String KIND = "receipt";

    /// Later than that, a receipt worries more than it helps; an import of old payments mails nobody.
    private static final Duration TIMELY = Duration.ofDays(7);

    private static final Duration LONGER_THAN_MONTHS = Duration.ofDays(200);

    private final LetterService letters;
    private final LedgerService ledger;
    private final SupporterService supporters;
    private final DonationService donations;
    private final PortalLinks portal;
    private final NewsroomProperties newsroom;
    private final MessageSource messages;

    ReceiptLetter(
            LetterService letters,
            LedgerService ledger,
            SupporterService supporters,
            DonationService donations,
            PortalLinks portal,
            NewsroomProperties newsroom,
            MessageSource messages) {
        this.letters = letters;
        this.ledger = ledger;
        this.supporters = supporters;
        this.donations = donations;
        this.portal = portal;
        this.newsroom = newsroom;
        this.messages = messages;
    }

    @EventListener
    void on(PaymentsReceived received) {
        letters.promise(received.payments().stream()
                .filter(payment -> payment.customer() != null)
                .map(payment -> new LetterService.Promise(
                        KIND, payment.charge(), payment.customer(), payment.happenedAt(), TIMELY))
                .toList());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String charge) {
        var person = supporters.find(Objects.requireNonNull(supporter));
        return ledger.payment(charge).flatMap(payment -> person.flatMap(to -> content(payment, to)));
    }

    /// @return empty if the donation is not known here: another service on the same Stripe account asked for it
    private Optional<Content> content(Payment payment, Supporter to) {
        var donation = Optional.ofNullable(payment.donation()).flatMap(donations::find);
        if (payment.donation() != null && donation.isEmpty()) {
            return Optional.empty();
        }
        var locale = donation.map(Donation::locale).orElse(to.locale());
        var frequency = donation.map(Donation::frequency).orElseGet(() -> frequency(payment));
        return Optional.of(new Content(
                to.email(),
                locale,
                messages.getMessage("receipt.subject", null, locale),
                "donation/mail/receipt",
                model(payment, frequency, locale)));
    }

    private Map<String, Object> model(Payment payment, Frequency frequency, Locale locale) {
        var date = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale);
        var model = new HashMap<String, Object>(Map.of(
                "newsroom", newsroom.name(),
                "amount", payment.amount().format(locale),
                "frequency", frequency,
                "date", date.format(payment.happenedAt().atZone(newsroom.zone())),
                "reference", reference(payment)));
        if (frequency.recurring() && payment.customer() != null) {
            model.put("manageLink", portal.to(payment.customer(), locale));
        }
        return model;
    }

    /// Of a gift that was not asked for on our page: by the period that it pays for.
    private Frequency frequency(Payment payment) {
        return Optional.ofNullable(payment.invoice())
                .flatMap(ledger::invoice)
                .filter(invoice -> invoice.pays().compareTo(LONGER_THAN_MONTHS) > 0)
                .map(_ -> Frequency.ANNUAL)
                .orElse(Frequency.MONTHLY);
    }

    static String reference(Payment payment) {
        return payment.donation() != null
                ? reference(payment.donation())
                : payment.charge().substring(Math.max(0, payment.charge().length() - 8));
    }

    /// Short enough to be read out on the telephone.
    static String reference(UUID donation) {
        return donation.toString().substring(0, 8);
    }
}
