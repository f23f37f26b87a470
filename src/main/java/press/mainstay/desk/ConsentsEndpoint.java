package press.mainstay.desk;

import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.supporter.Supporter;
import press.mainstay.supporter.SupporterService;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// `/actuator/consents` on the management port: what people agreed to, as proof, in lines of JSON. With their
/// addresses only for a reason, which the log keeps.
@Component
@Endpoint(id = "consents")
class ConsentsEndpoint {

    private static final Logger log = LoggerFactory.getLogger(ConsentsEndpoint.class);

    private static final int PAGE = 2_000;
    private static final UUID FIRST = new UUID(0, 0);

    /// A reference, such as `case-2026-17`: sentences name people.
    private static final Pattern REASON = Pattern.compile("[A-Za-z0-9._-]{3,64}");

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final JdbcClient jdbc;
    private final SupporterService supporters;

    ConsentsEndpoint(JdbcClient jdbc, SupporterService supporters) {
        this.jdbc = jdbc;
        this.supporters = supporters;
    }

    private record Consent(
            UUID id,
            UUID supporter,
            String list,
            String textVersion,
            String words,
            String source,
            String locale,
            OffsetDateTime askedAt,
            OffsetDateTime confirmedAt,
            @Nullable OffsetDateTime withdrawnAt,
            @Nullable String withdrawnBy) {}

    private record Line(@Nullable String email, Consent consent) {}

    /// @param after the last `id` of the page before; without one, the first page
    /// @param reason why addresses are needed, in a word; without one there are none
    /// @return empty after the last page
    @WriteOperation(produces = "application/x-ndjson")
    String export(@Nullable UUID after, @Nullable String reason) {
        if (reason != null && !REASON.matcher(reason).matches()) {
            throw new InvalidEndpointRequestException("A reason that is no word", "The reason is a word: case-2026-17");
        }
        var consents = jdbc.sql("""
                        select c.id, c.supporter, c.list, c.text_version, t.words, c.source, c.locale, c.asked_at,
                            c.confirmed_at, c.withdrawn_at, c.withdrawn_by
                        from consent c join consent_text t on t.version = c.text_version
                        where c.id > :after order by c.id limit :page
                        """)
                .param("after", after == null ? FIRST : after)
                .param("page", PAGE)
                .query(Consent.class)
                .list();
        log.info(
                "Exported {} consents after {}, {}",
                consents.size(),
                after == null ? FIRST : after,
                reason == null ? "without addresses" : "with addresses for " + reason);
        var people = reason == null
                ? Map.<UUID, Supporter>of()
                : supporters.find(
                        consents.stream().map(Consent::supporter).distinct().toList());
        return consents.stream()
                .map(consent ->
                        JSON.writeValueAsString(new Line(email(people.get(consent.supporter())), consent)) + '\n')
                .collect(Collectors.joining());
    }

    private static @Nullable String email(@Nullable Supporter person) {
        return person == null ? null : person.email().value();
    }
}
