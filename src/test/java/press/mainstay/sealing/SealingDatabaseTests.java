package press.mainstay.sealing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.FeatureTest;
import press.mainstay.demo.DemoDatabase;
import press.mainstay.shared.SettingException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Each test has a database of its own, which no service uses: after a rotation it could not read it.
@FeatureTest
class SealingDatabaseTests {

    private static final AtomicInteger databases = new AtomicInteger();

    @Autowired
    private DemoDatabase server;

    @Autowired
    private List<SealedColumn> columns;

    private final Keysets keysets = Keysets.generate();
    private final Keysets rotated = keysets.withNewSealingKey().withNewestSealingKeyAsPrimary();
    private JdbcClient jdbc;

    @BeforeEach
    void create() throws Exception {
        var name = "sealing_" + databases.incrementAndGet();
        server.create(name);
        var database = server.dataSource(name);
        Flyway.configure().dataSource(database).outOfOrder(true).load().migrate();
        jdbc = JdbcClient.create(database);
        new Canary(jdbc, new Sealing(keysets));
    }

    @Test
    void aDatabaseKnowsItsKeysets() {
        assertThatCode(() -> new Canary(jdbc, new Sealing(keysets))).doesNotThrowAnyException();
        assertThatCode(() -> new Canary(jdbc, new Sealing(keysets.withNewSealingKey())))
                .doesNotThrowAnyException();
        assertThatCode(() -> new Canary(jdbc, new Sealing(rotated))).doesNotThrowAnyException();
        assertThat(jdbc.sql("select count(*) from canary").query(Long.class).single())
                .isOne();
    }

    @Test
    void keysetsOfAnotherDatabaseAreRefused() {
        assertRefused(Keysets.generate());
    }

    @Test
    void anotherLookupKeysetAloneIsRefused() {
        assertRefused(with("lookup", Keysets.generate()));
    }

    @Test
    void anotherSealingKeysetAloneIsRefused() {
        assertRefused(with("sealing", Keysets.generate()));
    }

    @Test
    void keysetsWithoutTheKeyThatSealedAreRefused() {
        assertRefused(withNewestKeyOnly(rotated));
    }

    private void assertRefused(Keysets others) {
        assertThatThrownBy(() -> new Canary(jdbc, new Sealing(others)))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("not those that this database was sealed with")
                .hasNoCause();
    }

    @Test
    void everyColumnOfBytesIsSealedAnewOrHoldsNoData() {
        var withoutData = List.of("guard_salt.salt", "resealed.key_prefix", "scheduled_tasks.task_data");

        assertThat(jdbc.sql("""
                        select table_name || '.' || column_name from information_schema.columns
                        where table_schema = 'public' and data_type = 'bytea'
                        """).query(String.class).list())
                .as("declare a SealedColumn for a new one, or say here why not")
                .filteredOn(column -> !withoutData.contains(column) && !column.endsWith("hash"))
                .containsExactlyInAnyOrderElementsOf(columns.stream()
                        .map(column -> column.table() + "." + column.column())
                        .toList());
    }

    @Test
    void afterARotationEverythingIsSealedWithTheNewestKeyAndTheOldOneCanGo() throws Exception {
        var old = new Sealing(keysets);
        var events = IntStream.range(0, 1203)
                .mapToObj(i -> event(old, "{\"event\": %d}".formatted(i)))
                .toList();
        var dropped = event(old, null);
        var supporter = supporter(old, "anna@example.org");
        var newcomer = supporter(new Sealing(rotated), "boris@example.org");

        var count = new ResealService(jdbc, new Sealing(rotated), columns).resealAll();

        assertThat(count).isEqualTo(1203 + 1 + 1);
        var newest = new Sealing(withNewestKeyOnly(rotated));
        for (var i = 0; i < events.size(); i++) {
            var body = sealed("stripe_event", "body", events.get(i));
            assertThat(newest.sealedWithPrimaryKey(body)).isTrue();
            assertThat(newest.open(body, "stripe.event", events.get(i))).isEqualTo("{\"event\": %d}".formatted(i));
        }
        assertThat(newest.open(sealed("supporter", "email", supporter), "supporter.email", supporter))
                .isEqualTo("anna@example.org");
        assertThat(newest.open(sealed("supporter", "email", newcomer), "supporter.email", newcomer))
                .isEqualTo("boris@example.org");
        assertThat(isNull(dropped)).isTrue();
        assertThatCode(() -> new Canary(jdbc, newest)).doesNotThrowAnyException();
    }

    @Test
    void nothingIsSealedAnewWithoutARotationOrTwice() throws Exception {
        supporter(new Sealing(keysets), "anna@example.org");

        assertThat(reseal(keysets)).isZero();
        assertThat(reseal(rotated)).isEqualTo(2);
        assertThat(reseal(rotated)).isZero();
        assertThat(jdbc.sql("select count(*) from resealed where key_prefix = :prefix")
                        .param("prefix", new Sealing(rotated).primaryKeyPrefix())
                        .query(Integer.class)
                        .single())
                .as("columns known to be done")
                .isEqualTo(columns.size());
        assertThat(reseal(rotated)).isZero();

        var again = rotated.withNewSealingKey().withNewestSealingKeyAsPrimary();
        assertThat(reseal(again)).as("after the next rotation").isEqualTo(2);
    }

    @Test
    void whatIsChangedOrErasedMeanwhileIsLeftAlone() throws Exception {
        var old = new Sealing(keysets);
        var erased = event(old, "{}");
        var changed = event(old, "{}");
        var unchanged = event(old, "{}");
        var gone = event(old, "{}");
        var others = new Sealing(rotated) {
            @Override
            public byte[] openBytes(Sealed sealed, String purpose, UUID id) {
                // somebody is faster than the job
                if (id.equals(erased)) {
                    update("update stripe_event set body = null where id = :id", id);
                } else if (id.equals(changed)) {
                    update("update stripe_event set body = '\\xff' where id = :id", id);
                } else if (id.equals(gone)) {
                    update("delete from stripe_event where id = :id", id);
                }
                return super.openBytes(sealed, purpose, id);
            }
        };

        var count = new ResealService(jdbc, others, columns).resealAll();

        assertThat(count).as("the event left alone, and the canary").isEqualTo(2);
        assertThat(isNull(erased)).isTrue();
        assertThat(sealed("stripe_event", "body", changed).bytes()).containsExactly(0xff);
        assertThat(others.open(sealed("stripe_event", "body", unchanged), "stripe.event", unchanged))
                .isEqualTo("{}");
        assertThat(jdbc.sql("select count(*) from stripe_event")
                        .query(Long.class)
                        .single())
                .isEqualTo(3);
    }

    private long reseal(Keysets with) throws Exception {
        return new ResealService(jdbc, new Sealing(with), columns).resealAll();
    }

    private void update(String sql, UUID id) {
        jdbc.sql(sql).param("id", id).update();
    }

    private UUID event(Sealing sealing, String body) {
        var id = UUID.randomUUID();
        jdbc.sql("""
                        insert into stripe_event (id, event_id, type, livemode, created_at, received_at, via, body, status, next_try_at)
                        values (:id, 'evt_' || :id, 'charge.updated', false, now(), now(), 'webhook', :body, 'ignored', now())
                        """)
                .param("id", id)
                .param(
                        "body",
                        body == null
                                ? null
                                : sealing.seal(body, "stripe.event", id).bytes())
                .update();
        return id;
    }

    private UUID supporter(Sealing sealing, String email) {
        var id = UUID.randomUUID();
        jdbc.sql("""
                        insert into supporter (id, email, email_hash, locale, first_seen_at)
                        values (:id, :email, :hash, 'en', now())
                        """)
                .param("id", id)
                .param(
                        "email",
                        sealing.seal(email.getBytes(UTF_8), "supporter.email", id)
                                .bytes())
                .param("hash", sealing.hash(email, "supporter.email").bytes())
                .update();
        return id;
    }

    private Sealed sealed(String table, String column, UUID id) {
        return new Sealed(jdbc.sql("select %s from %s where id = :id".formatted(column, table))
                .param("id", id)
                .query(byte[].class)
                .single());
    }

    private boolean isNull(UUID event) {
        return jdbc.sql("select body is null from stripe_event where id = :id")
                .param("id", event)
                .query(Boolean.class)
                .single();
    }

    private Keysets with(String part, Keysets other) {
        var json = new JsonMapper();
        var mixed = (ObjectNode) json.readTree(keysets.toJson());
        mixed.set(part, json.readTree(other.toJson()).path(part));
        return Keysets.parse(mixed.toString());
    }

    /// As an operator does who throws the old key away.
    private static Keysets withNewestKeyOnly(Keysets keysets) {
        var all = (ObjectNode) new JsonMapper().readTree(keysets.toJson());
        var keys = (ArrayNode) all.path("sealing").path("key");
        var older = new ArrayList<Integer>();
        for (var i = keys.size() - 2; i >= 0; i--) {
            older.add(i);
        }
        older.forEach(keys::remove);
        return Keysets.parse(all.toString());
    }
}
