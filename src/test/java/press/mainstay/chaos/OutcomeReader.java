package press.mainstay.chaos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import press.mainstay.supporter.SupporterService;

/// Reads what a run left. Columns that are left out may differ, each for its own reason.
final class OutcomeReader {

    private static final Pattern PERSON =
            Pattern.compile("\"supporter\": \"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\"");

    /// A table, the rows of a run, and what is not compared.
    private record Table(String name, String where, List<String> without) {}

    private static final List<Table> TABLES = List.of(
            // attempts, deliveries and times are what the run was like, and not what it came to
            new Table("stripe_event", "t.event_id = any(:ids)", List.of()),
            // looked_up_at: our own time, of a question about a payment that nobody claims
            new Table("payment", "t.charge = any(:ids)", List.of("booked_at", "looked_up_at")),
            // stripe_order: of an answer it is our own time
            new Table("invoice", "t.id = any(:ids)", List.of("booked_at", "stripe_order")),
            new Table("invoice_payment", "t.id = any(:ids)", List.of("booked_at")),
            new Table("refund", "t.id = any(:ids)", List.of("booked_at")),
            new Table("dispute", "t.id = any(:ids)", List.of("booked_at")),
            // told_at: of an answer it is our own time
            new Table("subscription", "t.id = any(:ids)", List.of("booked_at", "told_at")),
            // told_at, stripe_order: as above
            new Table("checkout_session", "t.id = any(:ids)", List.of("booked_at", "told_at", "stripe_order")),
            new Table("donation", "t.id::text = any(:ids)", List.of()),
            // stripe_order: as above
            new Table("supporter_customer", "t.customer = any(:ids)", List.of("stripe_order")),
            new Table("ledger_entry", "t.charge = any(:ids)", List.of("booked_at")),
            // id: counts all that was ever written; rows that no longer hold tell in which order news came
            new Table(
                    "membership_change",
                    "t.subscription = any(:ids) and t.superseded_at is null",
                    List.of("id", "booked_at", "superseded_at")),
            // the rest is about sending, which stands still here, and our own time
            new Table(
                    "letter",
                    "exists (select from unnest(:ids) as run(id) where t.about = run.id or t.about like run.id || '%')",
                    List.of()));

    private final JdbcClient jdbc;
    private final SupporterService supporters;
    private final Cast cast;

    OutcomeReader(JdbcClient jdbc, SupporterService supporters, Cast cast) {
        this.jdbc = jdbc;
        this.supporters = supporters;
        this.cast = cast;
    }

    Outcome read() {
        var rows = new LinkedHashMap<String, List<String>>();
        TABLES.forEach(table -> rows.put(table.name(), rows(table)));
        return new Outcome(rows);
    }

    private List<String> rows(Table table) {
        var row = switch (table.name()) {
            case "stripe_event" -> "jsonb_build_object('event_id', t.event_id, 'type', t.type, 'status', t.status)";
            case "letter" ->
                "jsonb_build_object('kind', t.kind, 'about', t.about, 'supporter', t.supporter, 'send_before', t.send_before)";
            default -> "to_jsonb(t) - cast(:without as text[])";
        };
        return jdbc
                .sql("select cast(jsonb_strip_nulls(" + row + ") as text) from " + table.name() + " t where "
                        + table.where())
                .param("ids", cast.all().toArray(String[]::new))
                .param("without", table.without().toArray(String[]::new))
                .query(String.class)
                .list()
                .stream()
                .map(text -> cast.label(PERSON.matcher(text).replaceAll(id -> person(id.group(1)))))
                .sorted()
                .toList();
    }

    /// A person's id is drawn by whoever meets them first: told by address and language instead.
    private String person(String id) {
        return supporters
                .find(UUID.fromString(id))
                .map(person -> "\"person\": \"" + person.email().value() + " (" + person.locale() + ")\"")
                .orElseThrow();
    }
}
