package press.mainstay.membership;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import press.mainstay.ledger.Invoice;
import press.mainstay.ledger.LedgerService;
import press.mainstay.mail.Letter;
import press.mainstay.mail.LetterService;
import press.mainstay.membership.MembershipNotice.Said;
import press.mainstay.stripe.StripeEvent.InvoiceChanged;
import press.mainstay.stripe.StripeEvent.InvoiceChanged.Tells;
import press.mainstay.stripe.StripeNews;

/// A payment was not made: because it failed, or because the reader's bank wants to ask them first. Of one invoice each
/// is told at most once, however often Stripe tries.
class InvoiceLetter implements Letter {

    private static final Duration TIMELY = Duration.ofDays(7);

    private final Tells tells;
    private final String kind;
    private final LetterService letters;
    private final LedgerService ledger;
    private final MembershipService memberships;
    private final MembershipNotice notice;

    /// @param tells which news it is about
    InvoiceLetter(
            Tells tells,
            LetterService letters,
            LedgerService ledger,
            MembershipService memberships,
            MembershipNotice notice) {
        this.tells = tells;
        this.kind = switch (tells) {
            case PAYMENT_FAILED -> "payment-failed";
            case ACTION_REQUIRED -> "authentication";
            case STATUS -> throw new IllegalArgumentException("Nobody is told how an invoice stands");
        };
        this.letters = letters;
        this.ledger = ledger;
        this.memberships = memberships;
        this.notice = notice;
    }

    @EventListener
    @Order(5)
    void on(StripeNews news) {
        letters.promise(news.of(InvoiceChanged.class).stream()
                .filter(invoice -> invoice.tells() == tells && !invoice.foreign())
                .filter(invoice -> invoice.subscription() != null && invoice.customer() != null)
                .map(invoice -> new LetterService.Promise(
                        kind,
                        invoice.invoice(),
                        invoice.customer(),
                        invoice.order().second(),
                        TIMELY))
                .toList());
    }

    @Override
    public String kind() {
        return kind;
    }

    /// A bank that asks is told of as such, and not as a failure too.
    @Override
    public Optional<Content> write(@Nullable UUID supporter, String id) {
        return ledger.invoice(id)
                .filter(Invoice::open)
                .filter(invoice -> (invoice.actionRequired() != null) == (tells == Tells.ACTION_REQUIRED))
                .flatMap(invoice -> Optional.ofNullable(invoice.subscription())
                        .flatMap(memberships::find)
                        .filter(membership -> membership.standing() == Standing.STARTING
                                || membership.standing().isMember())
                        .flatMap(membership -> notice.write(supporter, said(invoice, membership))));
    }

    private Said said(Invoice invoice, Membership membership) {
        var amount = invoice.due() != null ? invoice.due() : membership.amount();
        if (tells == Tells.ACTION_REQUIRED) {
            return new Said(kind, "text", membership, amount, null, false);
        }
        var next = invoice.nextAttempt();
        return new Said(kind, next != null ? "retried" : "last", membership, amount, next, false);
    }
}
