package press.mainstay.donation;

import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.MessageSource;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import press.mainstay.ledger.LedgerService;
import press.mainstay.ledger.Payment;
import press.mainstay.ledger.PaymentReceived;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.supporter.PortalLinks;
import press.mainstay.supporter.SupporterRecognised;
import press.mainstay.supporter.SupporterService;

/// The receipt: one a payment, promised by whichever comes last, the payment or the knowledge of who gave.
@Component
class ReceiptLetter implements Letter {

    private static final String KIND = "receipt";

    /// Later than that, a receipt worries more than it helps; an import of old payments mails nobody.
    private static final Duration TIMELY = Duration.ofDays(7);

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
    void on(PaymentReceived received) {
        var customer = received.payment().customer();
        if (customer != null) {
            supporters.byCustomer(customer).ifPresent(supporter -> promise(received.payment(), supporter));
        }
    }

    @EventListener
    void on(SupporterRecognised recognised) {
        ledger.paymentsOf(recognised.customer()).stream()
                .filter(payment -> payment.donation() != null)
                .forEach(payment -> promise(payment, recognised.supporter()));
    }

    private void promise(Payment payment, UUID supporter) {
        letters.promise(KIND, payment.charge(), supporter, payment.happenedAt().plus(TIMELY));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Content> write(UUID supporter, String charge) {
        var payment = ledger.payment(charge);
        var donation = payment.map(Payment::donation).flatMap(donations::find);
        return donation.flatMap(given -> supporters.find(supporter).map(person -> {
            var paid = payment.orElseThrow();
            var locale = given.locale();
            return new Content(
                    person.email(),
                    locale,
                    messages.getMessage("receipt.subject", null, locale),
                    "donation/mail/receipt",
                    model(paid, given));
        }));
    }

    private Map<String, Object> model(Payment paid, Donation given) {
        var locale = given.locale();
        var date = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale);
        var model = new HashMap<String, Object>(Map.of(
                "newsroom", newsroom.name(),
                "amount", paid.amount().format(locale),
                "frequency", given.frequency(),
                "date", date.format(paid.happenedAt().atZone(newsroom.zone())),
                "reference", reference(given)));
        if (given.frequency().recurring() && paid.customer() != null) {
            model.put("manageLink", portal.to(paid.customer(), locale));
        }
        return model;
    }

    /// Short enough to be read out on the telephone.
    private static String reference(Donation donation) {
        return donation.id().toString().substring(0, 8);
    }
}
