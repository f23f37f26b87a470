package press.mainstay.donation;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import press.mainstay.ledger.LedgerService;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.stripe.StripeEvent.CheckoutChanged;
import press.mainstay.stripe.StripeEvent.CheckoutChanged.Outcome;
import press.mainstay.stripe.StripeNews;
import press.mainstay.supporter.SupporterService;

/// A bank did not pay the debit of a gift given once, days after the reader left.
@Component
class DebitFailedLetter implements Letter {

    private static final String KIND = "debit-failed";
    private static final Duration TIMELY = Duration.ofDays(7);

    private final LetterService letters;
    private final LedgerService ledger;
    private final SupporterService supporters;
    private final DonationService donations;
    private final DonationNotice notice;

    DebitFailedLetter(
            LetterService letters,
            LedgerService ledger,
            SupporterService supporters,
            DonationService donations,
            DonationNotice notice) {
        this.letters = letters;
        this.ledger = ledger;
        this.supporters = supporters;
        this.donations = donations;
        this.notice = notice;
    }

    /// Of a recurring gift, the failed invoice is told of: Stripe goes on collecting it, and whoever began anew would
    /// pay twice.
    @EventListener
    @Order(5)
    void on(StripeNews news) {
        letters.promise(news.of(CheckoutChanged.class).stream()
                .filter(checkout -> checkout.outcome() == Outcome.FAILED && !checkout.foreign())
                .filter(checkout -> checkout.subscription() == null && checkout.customer() != null)
                .map(checkout -> new LetterService.Promise(
                        KIND,
                        checkout.session(),
                        checkout.customer(),
                        checkout.order().second(),
                        TIMELY))
                .toList());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String session) {
        var person = supporters.find(Objects.requireNonNull(supporter));
        return donations
                .byCheckoutSession(session)
                .filter(donation -> ledger.paymentsFor(donation.id()).isEmpty())
                .flatMap(donation -> person.map(to -> notice.write(
                        to.email(),
                        donation.locale(),
                        KIND,
                        donation.amount(),
                        ReceiptLetter.reference(donation.id()),
                        Map.of("notice.debit-failed.link", donations.supportPage(donation)))));
    }
}
