package press.mainstay.supporter;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.newsroom.Languages;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.stripe.StripeEvent.CheckoutChanged;
import press.mainstay.stripe.StripeEvent.CustomerChanged;
import press.mainstay.stripe.StripeEvent.InvoiceChanged;
import press.mainstay.stripe.StripeInbox;
import press.mainstay.stripe.StripeNews;
import press.mainstay.stripe.StripeOrder;
import press.mainstay.stripe.StripeRefetch;
import press.mainstay.supporter.SupporterRepository.SealedSupporter;

/// Knows the people behind Stripe's customers. One person for one address, in whatever spelling; of the
/// addresses that a customer had, Stripe's newest counts.
@Service
public class SupporterService {

    /// What the column `supporter.email` is sealed for, for whoever reads many at once.
    public static final String EMAIL = "supporter.email";

    /// As the words beside the forms say.
    private static final Duration REMEMBERED = Duration.ofDays(90);

    private static final int STRANGERS_AT_ONCE = 500;

    private final SupporterRepository supporters;
    private final Sealing sealing;
    private final Languages languages;
    private final StripeInbox inbox;
    private final StripeRefetch refetch;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final TransactionTemplate transaction;

    SupporterService(
            SupporterRepository supporters,
            Sealing sealing,
            Languages languages,
            StripeInbox inbox,
            StripeRefetch refetch,
            ApplicationEventPublisher events,
            Clock clock,
            TransactionTemplate transaction) {
        this.supporters = supporters;
        this.sealing = sealing;
        this.languages = languages;
        this.inbox = inbox;
        this.refetch = refetch;
        this.events = events;
        this.clock = clock;
        this.transaction = transaction;
    }

    /// @return empty if the person was erased
    public Optional<Supporter> find(UUID id) {
        return supporters.findById(id).flatMap(this::opened);
    }

    /// @return those who were not erased, by id
    public Map<UUID, Supporter> find(Collection<UUID> ids) {
        return supporters.findAllByIdIn(ids).stream()
                .flatMap(row -> opened(row).stream())
                .collect(Collectors.toMap(Supporter::id, Function.identity()));
    }

    private Optional<Supporter> opened(SealedSupporter row) {
        return Optional.ofNullable(row.email())
                .map(email -> new Supporter(
                        row.id(),
                        new EmailAddress(sealing.open(email, EMAIL, row.id())),
                        Locale.forLanguageTag(row.locale())));
    }

    /// @return the person's id; empty if the customer is not known, or not yet
    public Optional<UUID> byCustomer(String customer) {
        return supporters.findByCustomer(customer);
    }

    /// @return the person who has this address, in whatever spelling
    public Optional<UUID> byAddress(EmailAddress email) {
        return supporters.findByEmailHash(hash(email));
    }

    /// What an address is found by.
    public KeyedHash hash(EmailAddress email) {
        return sealing.hash(email.normalised(), EMAIL);
    }

    /// @return what the person's address is found by
    public Optional<KeyedHash> hash(UUID supporter) {
        return find(supporter).map(person -> hash(person.email()));
    }

    /// Forgets those who never gave and are on no list, and were last heard of long ago.
    void forgetStrangers() {
        while (transaction.execute(_ -> forgetSomeStrangers()) == STRANGERS_AT_ONCE) {
            // there may be more
        }
    }

    private int forgetSomeStrangers() {
        var strangers = supporters.lockStrangers(clock.instant().minus(REMEMBERED), STRANGERS_AT_ONCE);
        for (var stranger : strangers) {
            // asked again now that the row is locked: they may just have given
            if (supporters.eraseStranger(stranger, clock.instant())) {
                events.publishEvent(new SupporterErased(stranger));
            }
        }
        return strangers.size();
    }

    /// Customers whom nothing of ours names are left alone: they may be another application's.
    @EventListener
    @Order(2)
    void on(StripeNews news) {
        var recognised = new HashMap<String, UUID>();
        var first = new ArrayList<String>();
        for (var checkout : news.of(CheckoutChanged.class)) {
            if (!checkout.foreign() && checkout.customer() != null && checkout.email() != null) {
                recognise(
                        checkout.customer(),
                        withAddress(
                                checkout.email(),
                                checkout.locale(),
                                checkout.order().second()),
                        checkout.order(),
                        recognised,
                        first);
            }
        }
        for (var invoice : news.of(InvoiceChanged.class)) {
            if (invoice.customer() != null && invoice.customerEmail() != null) {
                var locale = languages.offered().getFirst();
                recognise(
                        invoice.customer(),
                        withAddress(
                                invoice.customerEmail(), locale, invoice.order().second()),
                        invoice.order(),
                        recognised,
                        first);
            }
        }
        for (var customer : news.of(CustomerChanged.class)) {
            supporters.findByCustomer(customer.customer()).ifPresent(known -> change(customer, known, recognised));
        }
        // news of a customer that came before we knew them
        inbox.applyAgain(first);
        if (!recognised.isEmpty()) {
            events.publishEvent(new SupportersRecognised(Map.copyOf(recognised)));
        }
    }

    private void change(CustomerChanged customer, UUID known, Map<String, UUID> recognised) {
        if (customer.deleted()) {
            supporters.markDeleted(customer.customer(), customer.order().second());
        } else if (customer.email() != null) {
            var locale = supporters.findById(known).orElseThrow().locale();
            recognise(
                    customer.customer(),
                    withAddress(
                            customer.email(),
                            Locale.forLanguageTag(locale),
                            customer.order().second()),
                    customer.order(),
                    recognised,
                    new ArrayList<>());
        }
    }

    private void recognise(
            String customer, UUID supporter, StripeOrder order, Map<String, UUID> recognised, ArrayList<String> first) {
        var news = supporters.recognise(customer, supporter, order.value());
        if (news.isPresent()) {
            recognised.put(customer, supporter);
            if (news.get()) {
                first.add(customer);
            }
        } else if (supporters.isInDoubt(customer, supporter, order.value())) {
            refetch.wish(customer, order.second());
        }
    }

    UUID withAddress(EmailAddress email, Locale locale, Instant seenAt) {
        var id = UUID.randomUUID();
        return supporters.withAddress(
                id, sealing.seal(email.value(), EMAIL, id), hash(email), locale.toLanguageTag(), seenAt);
    }
}
