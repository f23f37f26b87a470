package press.mainstay.donation;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.web.util.UriComponentsBuilder;
import press.mainstay.newsroom.NewsroomProperties;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;
import press.mainstay.stripe.CheckoutRequest;
import press.mainstay.stripe.StripeGateway;
import press.mainstay.stripe.StripeGateway.OpenCheckout;
import press.mainstay.stripe.StripeUnavailableException;

/// Takes down what a reader asks for, and opens Stripe's page for it.
@Service
public class DonationService {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final StripeGateway stripe;
    private final SupportLinks supportLinks;
    private final NewsroomProperties newsroom;

    DonationService(
            JdbcClient jdbc,
            Clock clock,
            StripeGateway stripe,
            SupportLinks supportLinks,
            NewsroomProperties newsroom) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.stripe = stripe;
        this.supportLinks = supportLinks;
        this.newsroom = newsroom;
    }

    /// @param page Stripe's, where the reader pays
    record Started(UUID donation, URI page) {}

    /// Saves the donation, then opens Stripe's page for it. No transaction spans the call. A second click comes to
    /// the same row, and so by its idempotency key to the same page.
    ///
    /// @throws StripeUnavailableException if no page was opened; nothing was charged, and the next try is a new
    ///     attempt
    Started start(StartDonation command, Locale locale) {
        var donation = save(command, locale);
        try {
            var checkout = stripe.openCheckout(request(donation));
            remember(donation, checkout);
            return new Started(donation.id(), checkout.page());
        } catch (StripeUnavailableException e) {
            countFailure(donation);
            throw e;
        }
    }

    Optional<Donation> find(UUID id) {
        return jdbc.sql("select * from donation where id = :id")
                .param("id", id)
                .query(DonationService::donation)
                .optional();
    }

    Optional<Donation> byCheckoutSession(String session) {
        return jdbc.sql("select * from donation where checkout_session = :session")
                .param("session", session)
                .query(DonationService::donation)
                .optional();
    }

    /// Whether a person has given since then: what they asked for after it and paid, or what came without our
    /// asking. A bank debit counts from the moment the bank was told.
    public boolean hasGivenSince(UUID supporter, Instant since) {
        return jdbc.sql("""
                        select exists (
                            select from supporter_customer c join payment p on p.customer = c.customer
                            left join donation d on d.id = p.donation
                            where c.supporter = :supporter and coalesce(d.asked_at, p.happened_at) > :since)
                        or exists (
                            select from supporter_customer c join checkout_session s on s.customer = c.customer
                            join donation d on d.id = s.donation
                            where c.supporter = :supporter and s.outcome = 'unpaid' and d.asked_at > :since)
                        """)
                .param("supporter", supporter)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    private Donation save(StartDonation command, Locale locale) {
        var source = command.source();
        // the update changes nothing: it makes the statement return the row of the first click
        return jdbc.sql("""
                        insert into donation (id, frequency, amount_minor_units, amount_currency, locale, campaign, component,
                            article, reminder, nonce, asked_at)
                        values (:id, :frequency, :minorUnits, :currency, :locale, :campaign, :component,
                            :article, :reminder, :nonce, :now)
                        on conflict (nonce, amount_minor_units, amount_currency, frequency)
                            do update set nonce = excluded.nonce
                        returning *
                        """)
                .param("id", UUID.randomUUID())
                .param("frequency", command.frequency().word())
                .param("minorUnits", command.amount().minorUnits())
                .param("currency", command.amount().currency())
                .param("locale", locale.toLanguageTag())
                .param("campaign", source.campaign())
                .param("component", source.component())
                .param("article", source.article())
                .param("reminder", source.reminder())
                .param("nonce", command.nonce())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(DonationService::donation)
                .single();
    }

    private void remember(Donation donation, OpenCheckout checkout) {
        jdbc.sql("update donation set checkout_session = :session where id = :id")
                .param("id", donation.id())
                .param("session", checkout.session())
                .update();
    }

    private void countFailure(Donation donation) {
        jdbc.sql("update donation set attempt = attempt + 1 where id = :id and attempt = :attempt")
                .param("id", donation.id())
                .param("attempt", donation.attempt())
                .update();
    }

    /// Made of the saved row alone, so that a repetition is the same to the letter: Stripe refuses a key with other
    /// content.
    private CheckoutRequest request(Donation donation) {
        return new CheckoutRequest(
                donation.id(),
                donation.attempt(),
                donation.amount(),
                donation.frequency(),
                donation.locale(),
                UriComponentsBuilder.fromUri(newsroom.publicUrl())
                        .path("/thanks")
                        .queryParam("lang", donation.locale().toLanguageTag())
                        .build()
                        .toUri(),
                supportPage(donation));
    }

    /// The support page as the reader left it.
    URI supportPage(Donation donation) {
        return supportLinks.to(donation.choice(), donation.locale());
    }

    private static Donation donation(ResultSet row, int number) throws SQLException {
        return new Donation(
                row.getObject("id", UUID.class),
                Frequency.of(row.getString("frequency")),
                new Money(row.getLong("amount_minor_units"), row.getString("amount_currency")),
                Locale.forLanguageTag(row.getString("locale")),
                new Source(
                        row.getString("campaign"),
                        row.getString("component"),
                        row.getString("article"),
                        row.getObject("reminder", UUID.class)),
                row.getInt("attempt"),
                row.getString("checkout_session"));
    }
}
