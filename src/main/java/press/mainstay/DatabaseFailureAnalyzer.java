package press.mainstay;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/// Says why the database could not be used at the start: which one, never with what password.
@Order(Ordered.HIGHEST_PRECEDENCE)
class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private final Environment environment;

    DatabaseFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    /// @return null for errors of ours, such as a migration's SQL: these keep their stack trace
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        var state = state(cause);
        var database = "The database at " + place(environment.getProperty("spring.datasource.url", ""));
        var user = environment.getProperty("spring.datasource.username", "");
        if (state.startsWith("08") || state.startsWith("57P")) {
            return new FailureAnalysis(
                    database + " does not answer.",
                    "Start PostgreSQL, or set SPRING_DATASOURCE_URL to where it is.",
                    cause);
        }
        if (state.startsWith("28")) {
            return new FailureAnalysis(
                    database + " does not let the user \"" + user + "\" in.",
                    "Set SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD to what the database knows.",
                    cause);
        }
        return switch (state) {
            case "3D000" ->
                new FailureAnalysis(
                        database + " does not exist.",
                        "Create it with `createdb`, or set SPRING_DATASOURCE_URL to another one.",
                        cause);
            case "42501" ->
                new FailureAnalysis(
                        database + " does not let the user \"" + user + "\" make its tables.",
                        "Make that user the database's owner.",
                        cause);
            case "53300" ->
                new FailureAnalysis(
                        database + " has no connection left.",
                        "Raise its max_connections, or lower spring.datasource.hikari.maximum-pool-size.",
                        cause);
            default -> null;
        };
    }

    /// A pool's own exception has no state; the driver's below it has.
    private static String state(SQLException exception) {
        var state = "";
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                state = sql.getSQLState();
            }
        }
        return state;
    }

    /// Host, port and name; neither user nor parameters, which may hold a password.
    private static String place(String url) {
        return url.replaceFirst("^jdbc:postgresql:(//)?", "")
                .replaceFirst("\\?.*$", "")
                .replaceFirst("^[^/]*@", "");
    }
}
