package press.mainstay;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.UUID;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;
import press.mainstay.shared.ErrorCode;
import press.mainstay.stripe.StripeUnavailableException;

/// Turns whatever no controller caught into an error page, and writes it to the log without the messages of the
/// exceptions: they like to quote what a person typed.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class FailureFilter extends OncePerRequestFilter {

    /// Request attribute: what the log knows this failure by.
    static final String ID = FailureFilter.class.getName() + ".id";

    private static final Logger log = LoggerFactory.getLogger(FailureFilter.class);

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var error = request.getDispatcherType() == DispatcherType.ERROR;
        try {
            chain.doFilter(error ? withReadableParameters(request) : request, response);
        } catch (ClientAbortException gone) {
            throw gone; // Tomcat lets go of the connection
        } catch (Exception | Error thrown) {
            var failure = thrown instanceof ServletException && thrown.getCause() != null ? thrown.getCause() : thrown;
            var status = status(failure);
            log(request, status, failure);
            if (response.isCommitted()) {
                throw new IOException("The answer was cut short"); // Tomcat closes the connection
            }
            if (error) {
                plain(response, status);
            } else {
                response.sendError(status);
            }
        }
    }

    private static void log(HttpServletRequest request, int status, Throwable failure) {
        if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            log.warn("Not available at {}: {}", place(request), ErrorCode.of(failure));
        } else if (status >= 500) {
            var id = newId();
            request.setAttribute(ID, id);
            log.error("Unexpected error {} at {}", id, place(request), new Trace(failure));
        }
    }

    static String newId() {
        return UUID.randomUUID().toString().substring(0, 8);
    }

    /// The pattern that was matched, `/reminders/{token}`: the path itself may hold a reader's token.
    private static Object place(HttpServletRequest request) {
        var pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return pattern == null ? "no mapped address" : pattern;
    }

    private static int status(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case InvalidParameterException unreadable -> {
                    return unreadable.getErrorCode();
                }
                case CannotCreateTransactionException _,
                        DataAccessResourceFailureException _,
                        StripeUnavailableException _ -> {
                    return HttpServletResponse.SC_SERVICE_UNAVAILABLE;
                }
                case SQLException sql
                when isOutage(sql.getSQLState()) -> {
                    return HttpServletResponse.SC_SERVICE_UNAVAILABLE;
                }
                default -> {}
            }
        }
        return HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
    }

    /// Connection lost, too many connections, server stopping.
    ///
    /// @see <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">PostgreSQL Error Codes</a>
    private static boolean isOutage(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("53") || state.startsWith("57P"));
    }

    /// Parameters that cannot be decoded would fail the error page as they failed the page.
    private static HttpServletRequest withReadableParameters(HttpServletRequest request) {
        try {
            request.getParameterMap();
            return request;
        } catch (IllegalStateException _) {
            return new HttpServletRequestWrapper(request) {
                @Override
                public @Nullable String getParameter(String name) {
                    return null;
                }

                @Override
                public String @Nullable [] getParameterValues(String name) {
                    return null;
                }

                @Override
                public Map<String, String[]> getParameterMap() {
                    return Map.of();
                }

                @Override
                public Enumeration<String> getParameterNames() {
                    return Collections.emptyEnumeration();
                }
            };
        }
    }

    /// The error page itself failed.
    private static void plain(HttpServletResponse response, int status) throws IOException {
        response.resetBuffer();
        response.setStatus(status);
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().print("Something went wrong on our side.\n");
    }

    /// Where it happened, in classes and lines, and nothing that was said about it.
    private static class Trace extends Exception {

        Trace(Throwable failure) {
            super(
                    ErrorCode.of(failure),
                    failure.getCause() == null ? null : new Trace(failure.getCause()),
                    false,
                    true);
            setStackTrace(failure.getStackTrace());
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
