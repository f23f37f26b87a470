package press.mainstay.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.altcha.altcha.Altcha;
import org.altcha.altcha.Altcha.Challenge;
import org.altcha.altcha.Altcha.ChallengeOptions;
import org.altcha.altcha.Altcha.Payload;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import press.mainstay.sealing.Sealing;
import tools.jackson.databind.json.JsonMapper;

/// Proof of work: a browser has to try numbers until the hash is right. Challenges are signed, not stored;
/// those that were solved are stored, so that none opens two forms, whichever node it comes to.
///
/// @see <a href="https://altcha.org/docs/v2/proof-of-work/">ALTCHA: Proof-of-Work</a>
@Component
class Proof {

    /// How many numbers there are to try; half of them on average. See docs/operations.md for how long that
    /// takes.
    private static final long NUMBERS = 50_000;

    /// Time enough to fill in a form. The widget asks for another challenge by itself when one has expired.
    private static final Duration VALID = Duration.ofMinutes(30);

    private static final int LONGEST_SOLUTION = 1_000;

    private record Solved(byte[] hash, Instant expires) {}

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final String key;
    private final InstantSource time;

    @Autowired
    Proof(JdbcClient jdbc, Sealing sealing, JsonMapper json) {
        this(jdbc, sealing, json, InstantSource.system());
    }

    Proof(JdbcClient jdbc, Sealing sealing, JsonMapper json, InstantSource time) {
        this.jdbc = jdbc;
        this.json = json;
        this.time = time;
        key = HexFormat.of().formatHex(sealing.hash("challenge", "guard.altcha").bytes());
    }

    Challenge challenge() {
        try {
            return Altcha.createChallenge(new ChallengeOptions()
                    .setHmacKey(key)
                    .setMaxNumber(NUMBERS)
                    .setSecureRandomNumber(true)
                    .setExpires(time.instant().plus(VALID).getEpochSecond()));
        } catch (Exception e) {
            throw new IllegalStateException("Cannot make a challenge", e);
        }
    }

    /// @param solution as the widget writes it: JSON in Base64
    /// @return whether it is right, in time, and here for the first time
    boolean accept(String solution) {
        return read(solution).filter(this::isFirst).isPresent();
    }

    private Optional<Solved> read(String solution) {
        if (solution.length() > LONGEST_SOLUTION) {
            return Optional.empty();
        }
        try {
            var payload = json.readValue(Base64.getDecoder().decode(solution), Payload.class);
            if (!Altcha.verifySolution(payload, key, true)) {
                return Optional.empty();
            }
            var expires = Altcha.extractParams(payload.salt).get("expires"); // part of what we signed
            return Optional.of(new Solved(
                    HexFormat.of().parseHex(payload.challenge), Instant.ofEpochSecond(Long.parseLong(expires))));
        } catch (Exception _) { // whatever else somebody sent
            return Optional.empty();
        }
    }

    private boolean isFirst(Solved solved) {
        return jdbc.sql("""
                        insert into solved_challenge (expires_at, hash) values (:expires, :hash) on conflict do nothing
                        """)
                        .param("expires", solved.expires().atOffset(ZoneOffset.UTC))
                        .param("hash", solved.hash())
                        .update()
                == 1;
    }

    void forgetExpired() {
        jdbc.sql("delete from solved_challenge where expires_at < :longAgo")
                .param(
                        "longAgo",
                        time.instant().minus(VALID).atOffset(ZoneOffset.UTC)) // other nodes' clocks may be late
                .update();
    }
}
