package press.mainstay.sealing;

/// A column of sealed data, declared as a bean by the package that owns the table, so that its rows are sealed anew
/// when the key changes.
///
/// @param idColumn the primary key, a `uuid`: the id that the data is bound to
/// @param purpose as given to [Sealing#seal]
public record SealedColumn(String table, String idColumn, String column, String purpose) {}
