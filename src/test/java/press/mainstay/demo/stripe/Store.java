package press.mainstay.demo.stripe;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// All that Stripe remembers: in memory, written through to one table where there is a database. Guarded by [World].
final class Store implements AutoCloseable {

    private static final String DUE = "due";

    private final Map<String, Stored> byId = new HashMap<>();
    private final Map<String, NavigableMap<Place, Stored>> byType = new TreeMap<>();
    private final Map<Reference, NavigableMap<Place, Stored>> byReference = new HashMap<>();
    private final NavigableMap<Due, Stored> calendar = new TreeMap<>();
    private final Map<String, @Nullable Stored> unwritten = new LinkedHashMap<>();
    private final @Nullable DataSource database;
    private @Nullable Connection connection;
    private long position;

    /// What objects name and never change: found by it without a walk through all of their type.
    private static final Map<String, List<String>> REFERENCES = Map.of(
            "charge", List.of("customer", "payment_intent"),
            "refund", List.of("charge", "payment_intent"),
            "dispute", List.of("charge", "payment_intent"),
            "subscription", List.of("customer"),
            "invoice", List.of("customer", "parent.subscription_details.subscription"),
            "invoice_payment", List.of("invoice", "payment.payment_intent"),
            "balance_transaction", List.of("source"));

    /// Where an object stands in lists: Stripe's are in the order of `created`.
    ///
    /// @param position which of one second was made first
    record Place(long created, long position) implements Comparable<Place> {

        static Place of(Stored stored) {
            return new Place(Json.number(stored.body(), "created"), stored.position());
        }

        @Override
        public int compareTo(Place other) {
            return created != other.created
                    ? Long.compare(created, other.created)
                    : Long.compare(position, other.position);
        }
    }

    /// @param field with dots where it is deeper
    private record Reference(String type, String field, String id) {}

    private record Due(long at, long position) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(position, other.position);
        }
    }

    Store(@Nullable DataSource database) {
        this.database = database;
        if (database != null) {
            load();
        }
    }

    Stored add(String type, String id, ObjectNode body, ObjectNode hidden) {
        var stored = new Stored(type, id, ++position, body, hidden);
        keep(stored);
        unwritten.put(id, stored);
        return stored;
    }

    private void keep(Stored stored) {
        byId.put(stored.id(), stored);
        list(stored);
        long due = Json.number(stored.hidden(), DUE);
        if (due > 0) {
            calendar.put(new Due(due, stored.position()), stored);
        }
    }

    private void list(Stored stored) {
        var place = Place.of(stored);
        byType.computeIfAbsent(stored.type(), _ -> new TreeMap<>()).put(place, stored);
        for (var reference : references(stored)) {
            byReference.computeIfAbsent(reference, _ -> new TreeMap<>()).put(place, stored);
        }
    }

    private void unlist(Stored stored) {
        var place = Place.of(stored);
        byType.get(stored.type()).remove(place);
        for (var reference : references(stored)) {
            var listed = byReference.get(reference);
            listed.remove(place);
            if (listed.isEmpty()) {
                byReference.remove(reference);
            }
        }
    }

    private static List<Reference> references(Stored stored) {
        var references = new ArrayList<Reference>();
        for (var field : REFERENCES.getOrDefault(stored.type(), List.of())) {
            var id = Json.text(stored.body(), field.split("\\."));
            if (id != null) {
                references.add(new Reference(stored.type(), field, id));
            }
        }
        return references;
    }

    /// A change that may touch what lists go by: `created`, or an id that the object names.
    void relist(Stored stored, Runnable change) {
        unlist(stored);
        try {
            change.run();
        } finally {
            list(stored);
        }
        save(stored);
    }

    void save(Stored stored) {
        unwritten.put(stored.id(), stored);
    }

    void remove(Stored stored) {
        due(stored, null);
        byId.remove(stored.id());
        unlist(stored);
        unwritten.put(stored.id(), null);
    }

    /// Puts into the calendar when Stripe will do something with this by itself.
    void due(Stored stored, @Nullable Long at) {
        long before = Json.number(stored.hidden(), DUE);
        if (before > 0) {
            calendar.remove(new Due(before, stored.position()));
        }
        Json.put(stored.hidden(), DUE, at);
        if (at != null) {
            calendar.put(new Due(at, stored.position()), stored);
        }
        save(stored);
    }

    @Nullable
    Long nextDue() {
        return calendar.isEmpty() ? null : calendar.firstKey().at();
    }

    /// Takes the first thing out of the calendar.
    Stored takeDue() {
        var first = calendar.firstEntry().getValue();
        due(first, null);
        return first;
    }

    @Nullable
    Stored find(String type, @Nullable String id) {
        var stored = id == null ? null : byId.get(id);
        return stored != null && stored.type().equals(type) ? stored : null;
    }

    @Nullable
    Stored find(String id) {
        return byId.get(id);
    }

    /// @throws IllegalStateException if it is not there
    Stored get(String type, @Nullable String id) {
        var stored = find(type, id);
        if (stored == null) {
            throw new IllegalStateException("No " + type + " " + id);
        }
        return stored;
    }

    /// @return oldest first
    Collection<Stored> all(String type) {
        return places(type).values();
    }

    /// @return newest first
    Collection<Stored> newest(String type) {
        return places(type).descendingMap().values();
    }

    /// @return oldest first
    NavigableMap<Place, Stored> places(String type) {
        return Collections.unmodifiableNavigableMap(byType.getOrDefault(type, new TreeMap<>()));
    }

    /// @param field one by which objects of this type are found, with dots where it is deeper
    /// @return those that name this id there, oldest first
    NavigableMap<Place, Stored> naming(String type, String field, String id) {
        if (!finds(type, field)) {
            throw new IllegalArgumentException(type + " is not found by " + field);
        }
        return Collections.unmodifiableNavigableMap(
                byReference.getOrDefault(new Reference(type, field, id), new TreeMap<>()));
    }

    static boolean finds(String type, String field) {
        return REFERENCES.getOrDefault(type, List.of()).contains(field);
    }

    Map<String, Integer> counts() {
        var counts = new TreeMap<String, Integer>();
        byType.forEach((type, objects) -> counts.put(type, objects.size()));
        return counts;
    }

    /// Writes what changed since the last time, in one transaction.
    void flush() {
        if (unwritten.isEmpty()) {
            return;
        }
        if (database != null) {
            try {
                write(open(database));
            } catch (SQLException e) {
                throw new IllegalStateException("Could not write Stripe's objects", e);
            }
        }
        unwritten.clear();
    }

    private void write(Connection database) throws SQLException {
        var upsert = """
                insert into stripe_simulator (id, type, position, body, hidden) values (?, ?, ?, ?::jsonb, ?::jsonb)
                on conflict (id) do update
                set type = excluded.type, position = excluded.position, body = excluded.body, hidden = excluded.hidden
                """;
        try (var saving = database.prepareStatement(upsert);
                var removing = database.prepareStatement("delete from stripe_simulator where id = ?")) {
            for (var entry : unwritten.entrySet()) {
                var stored = entry.getValue();
                if (stored == null) {
                    removing.setString(1, entry.getKey());
                    removing.addBatch();
                } else {
                    saving.setString(1, stored.id());
                    saving.setString(2, stored.type());
                    saving.setLong(3, stored.position());
                    saving.setString(4, Json.write(stored.body()));
                    saving.setString(5, Json.write(stored.hidden()));
                    saving.addBatch();
                }
            }
            saving.executeBatch();
            removing.executeBatch();
            database.commit();
        } catch (SQLException e) {
            connection = null; // a new one next time: what is unwritten stays so
            database.close();
            throw e;
        }
    }

    private void load() {
        var ddl = """
                create table if not exists stripe_simulator (
                    id       text   primary key,
                    type     text   not null,
                    position bigint not null,
                    body     jsonb  not null, -- as the API shows it
                    hidden   jsonb  not null  -- what Stripe knows and does not show
                )
                """;
        try {
            var open = open(database);
            try (var statement = open.createStatement()) {
                statement.execute(ddl);
                open.commit();
                try (var rows = statement.executeQuery("select * from stripe_simulator order by position")) {
                    while (rows.next()) {
                        position = rows.getLong("position");
                        keep(new Stored(
                                rows.getString("type"),
                                rows.getString("id"),
                                position,
                                Json.read(rows.getString("body")),
                                Json.read(rows.getString("hidden"))));
                    }
                }
                open.commit();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Could not read Stripe's objects", e);
        }
    }

    private Connection open(DataSource database) throws SQLException {
        var open = connection;
        if (open == null || open.isClosed()) {
            open = database.getConnection();
            open.setAutoCommit(false);
            connection = open;
        }
        return open;
    }

    List<Stored> copyOf(String type) {
        return new ArrayList<>(all(type));
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Could not close the database of Stripe's objects", e);
        }
    }
}
