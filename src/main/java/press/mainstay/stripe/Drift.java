package press.mainstay.stripe;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Where our books and Stripe differed: what, since when we know, and what made both equal again. A difference
/// is a row that stays.
@Component
public class Drift {

    private final JdbcClient jdbc;
    private final Clock clock;

    Drift(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    public enum Kind {
        SUBSCRIPTION,
        BALANCE_TRANSACTION,
        CHECKOUT_SESSION;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Notes a difference; one that is known and still there is only seen again.
    ///
    /// @param what which figure or word of the object: `status`, `fee`
    /// @param ours never a person's data; null where we know nothing of it
    /// @param stripes null where Stripe knows nothing of it
    public void found(Kind kind, String object, String what, @Nullable String ours, @Nullable String stripes) {
        jdbc.sql("""
                        insert into drift (object, object_id, what, ours, stripes, found_at, seen_at)
                        values (:kind, :object, :what, :ours, :stripes, :now, :now)
                        on conflict (object, object_id, what) where mended_at is null
                            do update set seen_at = excluded.seen_at, ours = excluded.ours, stripes = excluded.stripes
                        """)
                .param("kind", kind.word())
                .param("object", object)
                .param("what", what)
                .param("ours", ours)
                .param("stripes", stripes)
                .param("now", now())
                .update();
    }

    /// Closes all that is open about an object.
    ///
    /// @param by what made both equal again, in a few words
    public void mended(Kind kind, String object, String by) {
        jdbc.sql("""
                        update drift set mended_at = :now, mended_by = :by
                        where object = :kind and object_id = :object and mended_at is null
                        """)
                .param("kind", kind.word())
                .param("object", object)
                .param("by", by)
                .param("now", now())
                .update();
    }

    /// The objects with something open.
    public List<String> open(Kind kind) {
        return jdbc.sql("select distinct object_id from drift where object = :kind and mended_at is null")
                .param("kind", kind.word())
                .query(String.class)
                .list();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
