package press.mainstay.supporter;

import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.stripe.StripeEvent.CheckoutCompleted;

/// Knows the people behind Stripe's customers. One person for one address, in whatever spelling.
@Service
public class SupporterService {

    static final String EMAIL = "supporter.email";

    private final SupporterRepository supporters;
    private final Sealing sealing;
    private final Clock clock;
    private final ApplicationEventPublisher events;

    SupporterService(SupporterRepository supporters, Sealing sealing, Clock clock, ApplicationEventPublisher events) {
        this.supporters = supporters;
        this.sealing = sealing;
        this.clock = clock;
        this.events = events;
    }

    public Optional<Supporter> find(UUID id) {
        return supporters
                .findById(id)
                .map(row -> new Supporter(
                        id,
                        new EmailAddress(sealing.open(row.email(), EMAIL, id)),
                        Locale.forLanguageTag(row.locale())));
    }

    /// @return the person's id; empty if the customer is not known, or not yet
    public Optional<UUID> byCustomer(String customer) {
        return supporters.findByCustomer(customer);
    }

    @EventListener
    void on(CheckoutCompleted checkout) {
        if (checkout.customer() != null && checkout.email() != null) {
            recognise(checkout.customer(), checkout.email(), checkout.locale());
        }
    }

    private void recognise(String customer, EmailAddress email, Locale locale) {
        var supporter = withAddress(email, locale);
        if (supporters.addCustomer(customer, supporter)) {
            events.publishEvent(new SupporterRecognised(supporter, customer));
        }
    }

    private UUID withAddress(EmailAddress email, Locale locale) {
        var id = UUID.randomUUID();
        return supporters.withAddress(
                id,
                sealing.seal(email.value(), EMAIL, id),
                sealing.hash(email.normalised(), EMAIL),
                locale.toLanguageTag(),
                clock.instant());
    }
}
