package press.mainstay.donation;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import press.mainstay.ledger.LedgerService;
import press.mainstay.ledger.Payment;
import press.mainstay.ledger.PaymentsReceived;
import press.mainstay.ledger.Refund;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.stripe.StripeEvent.RefundChanged;
import press.mainstay.stripe.StripeNews;
import press.mainstay.supporter.PortalLinks;
import press.mainstay.supporter.Supporter;
import press.mainstay.supporter.SupporterService;

/// Money goes back to the reader: one letter a refund. It is promised when both are known, the refund and that its
/// payment was a gift, whichever comes last.
@Component
class RefundLetter implements Letter {

    private static final String KIND = "refund";
    private static final Duration TIMELY = Duration.ofDays(14);

    private final LetterService letters;
    private final LedgerService ledger;
    private final SupporterService supporters;
    private final DonationService donations;
    private final PortalLinks portal;
    private final DonationNotice notice;

    RefundLetter(
            LetterService letters,
            LedgerService ledger,
            SupporterService supporters,
            DonationService donations,
            PortalLinks portal,
            DonationNotice notice) {
        this.letters = letters;
        this.ledger = ledger;
        this.supporters = supporters;
        this.donations = donations;
        this.portal = portal;
        this.notice = notice;
    }

    @EventListener
    @Order(5)
    void on(StripeNews news) {
        promise(news.of(RefundChanged.class).stream()
                .map(RefundChanged::charge)
                .distinct()
                .flatMap(charge -> ledger.payment(charge).stream())
                .filter(Payment::ours)
                .toList());
    }

    @EventListener
    void on(PaymentsReceived received) {
        promise(received.payments());
    }

    /// Also of a refund that has failed by now: it may have been told before, and what is promised goes by what was
    /// told, not by when. Whether it is wanted is asked when it is sent.
    private void promise(List<Payment> payments) {
        var refunded = payments.stream()
                .filter(payment -> payment.customer() != null)
                .collect(Collectors.toMap(Payment::charge, Function.identity(), (one, _) -> one));
        letters.promise(ledger.refundsOf(refunded.keySet()).stream()
                .filter(refund -> !refund.status().equals("requires_action"))
                .map(refund -> new LetterService.Promise(
                        KIND,
                        refund.id(),
                        Objects.requireNonNull(refunded.get(refund.charge()).customer()),
                        refund.happenedAt(),
                        TIMELY))
                .toList());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Content> write(@Nullable UUID supporter, String id) {
        var person = supporters.find(Objects.requireNonNull(supporter));
        return ledger.refund(id)
                .filter(Refund::arrives)
                .flatMap(refund -> ledger.payment(refund.charge())
                        .flatMap(payment -> person.flatMap(to -> content(refund, payment, to))));
    }

    /// @return empty if the donation is not known here: another service on the same Stripe account asked for it
    private Optional<Content> content(Refund refund, Payment payment, Supporter to) {
        var donation = Optional.ofNullable(payment.donation()).flatMap(donations::find);
        if (payment.donation() != null && donation.isEmpty()) {
            return Optional.empty();
        }
        var locale = donation.map(Donation::locale).orElse(to.locale());
        var links = payment.subscription() == null || payment.customer() == null
                ? Map.<String, URI>of()
                : Map.of("receipt.manage", portal.to(payment.customer(), locale));
        return Optional.of(
                notice.write(to.email(), locale, KIND, refund.amount(), ReceiptLetter.reference(payment), links));
    }
}
