package press.mainstay.supporter;

import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import press.mainstay.sealing.Sealed;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import press.mainstay.stripe.StripeEvent.CheckoutCompleted;

/// Knows the people behind Stripe's customers. One person for one address, in whatever spelling.
@Service
public class SupporterService {

    static final String EMAIL = "supporter.email";

    private final JdbcClient jdbc;
    private final Sealing sealing;
    private final Clock clock;
    private final ApplicationEventPublisher events;

    SupporterService(JdbcClient jdbc, Sealing sealing, Clock clock, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.sealing = sealing;
        this.clock = clock;
        this.events = events;
    }

    public Optional<Supporter> find(UUID id) {
        record Row(UUID id, byte[] email, String locale) {}
        return jdbc.sql("select id, email, locale from supporter where id = :id")
                .param("id", id)
                .query(Row.class)
                .optional()
                .map(row -> new Supporter(
                        row.id(),
                        new EmailAddress(sealing.open(new Sealed(row.email()), EMAIL, row.id())),
                        Locale.forLanguageTag(row.locale())));
    }

    /// @return the person's id; empty if the customer is not known, or not yet
    public Optional<UUID> byCustomer(String customer) {
        return jdbc.sql("select supporter from supporter_customer where customer = :customer")
                .param("customer", customer)
                .query(UUID.class)
                .optional();
    }

    @EventListener
    void on(CheckoutCompleted checkout) {
        if (checkout.customer() != null && checkout.email() != null) {
            recognise(checkout.customer(), checkout.email(), checkout.locale());
        }
    }

    private void recognise(String customer, EmailAddress email, Locale locale) {
        var supporter = withAddress(email, locale);
        var news = jdbc.sql("""
                        insert into supporter_customer (customer, supporter) values (:customer, :supporter)
                        on conflict (customer) do nothing
                        """)
                .param("customer", customer)
                .param("supporter", supporter)
                .update();
        if (news == 1) {
            events.publishEvent(new SupporterRecognised(supporter, customer));
        }
    }

    private UUID withAddress(EmailAddress email, Locale locale) {
        var id = UUID.randomUUID();
        // the update changes nothing: it makes the statement return the row that was there before
        return jdbc.sql("""
                        insert into supporter (id, email, email_hash, locale, first_seen_at)
                        values (:id, :email, :hash, :locale, :now)
                        on conflict (email_hash) do update set locale = supporter.locale
                        returning id
                        """)
                .param("id", id)
                .param("email", sealing.seal(email.value(), EMAIL, id).bytes())
                .param("hash", sealing.hash(email.normalised(), EMAIL).bytes())
                .param("locale", locale.toLanguageTag())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .single();
    }
}
