package press.mainstay.shared;

import java.sql.SQLException;

/// What a log line or a row may say of an exception. Messages are left out: they like to quote the data that they are
/// about.
public final class ErrorCode {

    private ErrorCode() {}

    /// The names of the exception and of its root cause, with the SQL state where there is one:
    /// `DuplicateKeyException/PSQLException:23505`.
    public static String of(Throwable exception) {
        var root = exception;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        var name = exception.getClass().getSimpleName();
        if (root != exception) {
            name += "/" + root.getClass().getSimpleName();
        }
        return root instanceof SQLException sql ? name + ":" + sql.getSQLState() : name;
    }
}
