package press.mainstay.supporter;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
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
    record SealedSupporter(@Id UUID id, Sealed email, String locale) {}

    Optional<SealedSupporter> findById(UUID id);

    /// @return the new row's id, or the id of whoever has this address already; the update changes nothing, it makes
    ///     the statement return the row that was there before
    @Query("""
            insert into supporter (id, email, email_hash, locale, first_seen_at)
            values (:id, :email, :emailHash, :locale, :firstSeenAt)
            on conflict (email_hash) do update set locale = supporter.locale
            returning id
            """)
    UUID withAddress(UUID id, Sealed email, KeyedHash emailHash, String locale, Instant firstSeenAt);

    /// @return whether the customer was not known yet
    @Modifying
    @Query("""
            insert into supporter_customer (customer, supporter) values (:customer, :supporter)
            on conflict (customer) do nothing
            """)
    boolean addCustomer(String customer, UUID supporter);

    @Query("select supporter from supporter_customer where customer = :customer")
    Optional<UUID> findByCustomer(String customer);
}
