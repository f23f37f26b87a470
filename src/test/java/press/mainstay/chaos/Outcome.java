package press.mainstay.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/// What a run left in the database, in words that are the same in every run.
///
/// @param rows by table
record Outcome(SequencedMap<String, List<String>> rows) {

    /// @return what only this one has, and what only the other has; empty if they are the same
    List<String> differencesFrom(Outcome wellBehaved) {
        var differences = new ArrayList<String>();
        for (Map.Entry<String, List<String>> table : rows.entrySet()) {
            var ours = new ArrayList<>(table.getValue());
            var theirs = new ArrayList<>(wellBehaved.rows().getOrDefault(table.getKey(), List.of()));
            for (var row : new ArrayList<>(ours)) {
                if (theirs.remove(row)) {
                    ours.remove(row);
                }
            }
            new TreeSet<>(theirs).forEach(row -> differences.add("  well-behaved " + table.getKey() + " " + row));
            new TreeSet<>(ours).forEach(row -> differences.add("  this run     " + table.getKey() + " " + row));
        }
        return differences;
    }
}
