package press.mainstay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class FetchMetadataFilterTests {

    private final FetchMetadataFilter filter = new FetchMetadataFilter(
            Origin.of("https://support.example.org"),
            List.of(Origin.of("https://www.example.org"), Origin.of("http://examplenews.onion")));

    @ParameterizedTest(name = "{0} {1} by {2}, Sec-Fetch-Site {3}, Origin {4}: {5}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # our own page, and a program that is no browser
            POST | /donations         | support.example.org | same-origin | https://support.example.org      | 200
            POST | /donations         | support.example.org | none        | -                                | 200
            POST | /donations         | support.example.org | -           | -                                | 200
            # another website
            POST | /donations         | support.example.org | cross-site  | https://evil.example             | 403
            POST | /donations         | support.example.org | cross-site  | -                                | 403
            POST | /donations         | support.example.org | same-site   | https://other.example.org        | 403
            POST | /donations         | support.example.org | cross-site  | null                             | 403
            PUT  | /donations         | support.example.org | cross-site  | https://evil.example             | 403
            BREW | /donations         | support.example.org | cross-site  | https://evil.example             | 403
            # the newsroom's own sites
            POST | /donations         | support.example.org | same-site   | https://www.example.org          | 200
            POST | /donations         | support.example.org | cross-site  | http://examplenews.onion         | 200
            POST | /donations         | support.example.org | same-site   | http://www.example.org           | 403
            POST | /donations         | support.example.org | same-site   | https://www.example.org:8443     | 403
            # an old browser sends Origin only
            POST | /donations         | support.example.org | -           | https://support.example.org      | 200
            POST | /donations         | support.example.org | -           | https://support.example.org:443  | 200
            POST | /donations         | support.example.org | -           | https://SUPPORT.example.org      | 200
            POST | /donations         | support.example.org | -           | https://www.example.org          | 200
            POST | /donations         | support.example.org | -           | https://evil.example             | 403
            POST | /donations         | support.example.org | -           | https://support.example.org.evil | 403
            POST | /donations         | support.example.org | -           | http://support.example.org:8080  | 403
            POST | /donations         | support.example.org | -           | null                             | 403
            POST | /donations         | support.example.org | -           | what is this                     | 403
            # a word that browsers do not use yet counts as none
            POST | /donations         | support.example.org | same-house  | https://evil.example             | 403
            POST | /donations         | support.example.org | same-house  | https://support.example.org      | 200
            # a mirror whose proxy hands its name on
            POST | /donations         | mirror.example      | -           | https://mirror.example           | 200
            POST | /donations         | localhost:8080      | -           | http://localhost:8080            | 200
            POST | /donations         | localhost:8080      | -           | http://localhost:8081            | 403
            POST | /donations         | -                   | -           | https://evil.example             | 403
            # whoever only looks
            GET  | /                  | support.example.org | cross-site  | https://evil.example             | 200
            HEAD | /                  | support.example.org | cross-site  | -                                | 200
            # guarded by tokens and signatures of their own
            POST | /unsubscribe/abc   | support.example.org | cross-site  | https://mail.example             | 200
            POST | /webhooks/stripe   | support.example.org | -           | https://evil.example             | 200
            POST | /unsubscribe/a/b   | support.example.org | cross-site  | https://mail.example             | 403
            POST | /webhooks          | support.example.org | cross-site  | https://evil.example             | 403
            """)
    void aFormIsTakenFromOurPagesOnly(
            String method,
            String path,
            @Nullable String host,
            @Nullable String site,
            @Nullable String origin,
            int status)
            throws Exception {
        var request = new MockHttpServletRequest(method, path);
        header(request, "Host", host);
        header(request, "Sec-Fetch-Site", site);
        header(request, "Origin", origin);
        var response = new MockHttpServletResponse();

        filter.doFilter(request, response, new MockFilterChain());

        assertThat(response.getStatus()).isEqualTo(status);
    }

    private static void header(MockHttpServletRequest request, String name, @Nullable String value) {
        if (value != null) {
            request.addHeader(name, value);
        }
    }
}
