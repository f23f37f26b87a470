package press.mainstay.shared;

import java.util.Collection;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// Many rows as one parameter of a statement: `… from jsonb_populate_recordset(null::payment, :rows::jsonb)`. A
/// hundred rows cost PostgreSQL little more than one, and a statement of its own for each costs a round trip.
public final class JsonRows {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private JsonRows() {}

    /// @param rows records whose components are named like columns, `happenedAt` for `happened_at`
    public static String of(Collection<?> rows) {
        return JSON.writeValueAsString(rows);
    }

    /// @param pairs for `jsonb_each_text`
    public static String of(Map<String, ?> pairs) {
        return JSON.writeValueAsString(pairs);
    }
}
