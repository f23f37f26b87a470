package press.mainstay.supporter;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.Repository;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealed;
import press.mainstay.supporter.SupporterRepository.SealedSupporter;

interface SupporterRepository extends Repository<SealedSupporter, UUID> {

    /// A supporter as stored.
    @Table("supporter")
    record SealedSupporter(@Id UUID id, @Nullable Sealed email, String locale) {}

    Optional<SealedSupporter> findById(UUID id);

    List<SealedSupporter> findAllByIdIn(Collection<UUID> ids);

    @Query("select id from supporter where email_hash = :emailHash")
    Optional<UUID> findByEmailHash(KeyedHash emailHash);

    /// @param firstSeenAt Stripe's time of the news: the language of the earliest stays, whichever comes first
    /// @return the new row's id, or the id of whoever has this address already
    @Query("""
            insert into supporter as s (id, email, email_hash, locale, first_seen_at)
            values (:id, :email, :emailHash, :locale, :firstSeenAt)
            on conflict (email_hash) do update set
                locale = case when excluded.first_seen_at < s.first_seen_at then excluded.locale else s.locale end,
                first_seen_at = least(s.first_seen_at, excluded.first_seen_at)
            returning id
            """)
    UUID withAddress(UUID id, Sealed email, KeyedHash emailHash, String locale, Instant firstSeenAt);

    /// @param order see StripeOrder: older news than what is known changes nothing
    /// @return whether the customer is new; empty if nothing changed
    @Query("""
            insert into supporter_customer as c (customer, supporter, stripe_order)
            values (:customer, :supporter, :order)
            on conflict (customer) do update set supporter = excluded.supporter, stripe_order = excluded.stripe_order
            where excluded.stripe_order > c.stripe_order
            returning xmax = 0
            """)
    Optional<Boolean> recognise(String customer, UUID supporter, long order);

    /// @return whether Stripe has told of another address in the same second
    @Query("""
            select exists (select from supporter_customer
                where customer = :customer and stripe_order = :order and supporter <> :supporter)
            """)
    boolean isInDoubt(String customer, UUID supporter, long order);

    @Modifying
    @Query("""
            update supporter set email = null, email_hash = null, erased_at = :now
            where id = :id and erased_at is null
                and not exists (select from supporter_customer c where c.supporter = :id)
            """)
    boolean eraseStranger(UUID id, Instant now);

    /// @return people who gave nothing and are on no list, since before then
    @Query("""
            select id from supporter s
            where erased_at is null and first_seen_at < :before
                and not exists (select from supporter_customer c where c.supporter = s.id)
                and not exists (select from consent c
                    where c.supporter = s.id
                        and (c.withdrawn_at is null or c.withdrawn_at >= :before and c.withdrawn_by <> 'expired'))
            limit :most for update of s skip locked
            """)
    List<UUID> lockStrangers(Instant before, int most);

    @Modifying
    @Query("""
            update supporter_customer set deleted_at = least(deleted_at, :at) where customer = :customer
            """)
    void markDeleted(String customer, Instant at);

    @Query("select supporter from supporter_customer where customer = :customer")
    Optional<UUID> findByCustomer(String customer);
}
