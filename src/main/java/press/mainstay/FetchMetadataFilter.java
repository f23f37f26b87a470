package press.mainstay;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/// Refuses forms that another website posts in a reader's name. Our forms have no session and so no token to check; the
/// browser itself says where a form comes from.
///
/// @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
class FetchMetadataFilter extends OncePerRequestFilter {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    /// Posted by mail services and by Stripe, and guarded by their own tokens and signatures.
    private static final RequestMatcher EXEMPT = new OrRequestMatcher(
            PathPatternRequestMatcher.withDefaults().matcher("/unsubscribe/*"),
            PathPatternRequestMatcher.withDefaults().matcher("/webhooks/*"));

    private final @Nullable Origin ours;
    private final Set<Origin> friends;

    /// @param ours of our public address; null where none is set
    /// @param friends other origins that may post our forms
    FetchMetadataFilter(@Nullable Origin ours, Collection<Origin> friends) {
        this.ours = ours;
        this.friends = Set.copyOf(friends);
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return SAFE.contains(request.getMethod()) || EXEMPT.matches(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (mayPost(request)) {
            chain.doFilter(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        }
    }

    private boolean mayPost(HttpServletRequest request) {
        var origin = request.getHeader("Origin");
        return switch (request.getHeader("Sec-Fetch-Site")) {
            case "same-origin", "none" -> true;
            case "same-site", "cross-site" -> origin != null && isFriend(origin);
            case null, default -> origin == null || isOurs(origin, request.getHeader("Host")) || isFriend(origin);
        };
    }

    private boolean isFriend(String origin) {
        try {
            return friends.contains(Origin.of(origin));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// Behind a proxy the scheme that reached us says nothing, so the host as received takes the origin's.
    private boolean isOurs(String text, @Nullable String host) {
        try {
            var origin = Origin.of(text);
            return origin.equals(ours) || host != null && origin.equals(Origin.of(origin.scheme() + "://" + host));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
