package press.mainstay.guard;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import press.mainstay.sealing.KeyedHash;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;

/// Stands before every form in which anybody may type an address, whichever way it comes: page, JSON, embedded.
///
/// Time is the machine's: the limits are for real traffic, and salts are gone after real hours, even where a
/// demo moves its clock by a year.
@Component
public class Guard {

    private static final int POSTS_FOR_ADDRESS = 3;
    private static final int SALT_LENGTH = 32;

    /// Nodes whose clocks are late, and posts that came at midnight, still need the salt of the day before.
    private static final Duration AFTER_MIDNIGHT = Duration.ofHours(1);

    /// @param most how many posts at once
    /// @param step after how long there is one more
    private record Allowance(String name, int most, Duration step) {

        static Allowance ofHour(String name, int most) {
            return new Allowance(name, most, Duration.ofMillis(3_600_000 / most));
        }
    }

    /// A day is also how long the salt holds, so nothing of it comes back before.
    private static final Allowance ADDRESS = new Allowance("address", POSTS_FOR_ADDRESS, Duration.ofDays(1));

    private final JdbcClient jdbc;
    private final Sealing sealing;
    private final Proof proof;
    private final ProxyProperties proxies;
    private final MeterRegistry meters;
    private final InstantSource time;
    private final Allowance networkWithProof;
    private final Allowance networkWithoutProof;
    private final SecureRandom random = new SecureRandom();

    @Autowired
    Guard(
            JdbcClient jdbc,
            Sealing sealing,
            Proof proof,
            GuardProperties limits,
            ProxyProperties proxies,
            MeterRegistry meters) {
        this(jdbc, sealing, proof, limits, proxies, meters, InstantSource.system());
    }

    Guard(
            JdbcClient jdbc,
            Sealing sealing,
            Proof proof,
            GuardProperties limits,
            ProxyProperties proxies,
            MeterRegistry meters,
            InstantSource time) {
        this.jdbc = jdbc;
        this.sealing = sealing;
        this.proof = proof;
        this.proxies = proxies;
        this.meters = meters;
        this.time = time;
        networkWithProof = Allowance.ofHour("network with proof", limits.postsPerHour());
        networkWithoutProof = Allowance.ofHour("network without proof", limits.postsPerHourWithoutProof());
    }

    /// Counts this post and says what to do with it. To be asked once, when all else about the form is in
    /// order, since a solution opens it only once; and outside a transaction, so that the count stays when the
    /// caller's work is undone.
    ///
    /// @param solution what the form has as `altcha`. One that is wrong, expired or used already is as good as
    ///     none: the reader hears nothing of it, and has the tighter limit
    @Transactional(propagation = Propagation.NEVER)
    public Verdict admit(HttpServletRequest request, EmailAddress address, @Nullable String solution) {
        var proven = solution != null && proof.accept(solution);
        var verdict = judge(proxies.reader(request), address, proven);
        meters.counter(
                        "mainstay.guard.posts",
                        "verdict",
                        verdict.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                        "proof",
                        proven ? "yes" : "no")
                .increment();
        return verdict;
    }

    private Verdict judge(InetAddress reader, EmailAddress address, boolean proven) {
        var now = time.instant();
        var day = LocalDate.ofInstant(now, ZoneOffset.UTC);
        var salt = salt(day);
        var ofNetwork = proven ? networkWithProof : networkWithoutProof;
        var wait = take(ofNetwork, day, hash(salt, ofNetwork, network(reader)), now);
        if (wait.isPresent()) {
            return new Verdict.TooMany(wait.get());
        }
        return take(ADDRESS, day, hash(salt, ADDRESS, address.normalised()), now)
                        .isPresent()
                ? new Verdict.Silent()
                : new Verdict.Admitted();
    }

    /// An IPv4 address; of an IPv6 address the half that a household or a server gets as a whole.
    private static String network(InetAddress reader) {
        var bytes = reader.getAddress();
        return HexFormat.of().formatHex(bytes, 0, reader instanceof Inet6Address ? 8 : bytes.length);
    }

    /// One atomic statement, however many nodes ask at once. What is refused does not count.
    ///
    /// @return how long to wait; empty if it was taken
    private Optional<Duration> take(Allowance allowance, LocalDate day, KeyedHash hash, Instant now) {
        var taken = jdbc.sql("""
                        insert into guard_count (day, hash, full_at) values (:day, :hash, :first)
                        on conflict (day, hash) do update
                        set full_at = greatest(guard_count.full_at, :now) + :step * interval '1 ms'
                        where greatest(guard_count.full_at, :now) + :step * interval '1 ms' <= :last
                        """)
                .param("day", day)
                .param("hash", hash.bytes())
                .param("now", utc(now))
                .param("first", utc(now.plus(allowance.step())))
                .param("last", utc(now.plus(allowance.step().multipliedBy(allowance.most()))))
                .param("step", allowance.step().toMillis())
                .update();
        return taken == 1 ? Optional.empty() : Optional.of(wait(allowance, day, hash, now));
    }

    private Duration wait(Allowance allowance, LocalDate day, KeyedHash hash, Instant now) {
        var full = jdbc.sql("select full_at from guard_count where day = :day and hash = :hash")
                .param("day", day)
                .param("hash", hash.bytes())
                .query(OffsetDateTime.class)
                .single();
        var next = full.toInstant().minus(allowance.step().multipliedBy(allowance.most() - 1));
        return Duration.ofSeconds(
                Math.max(1, Math.ceilDiv(Duration.between(now, next).toMillis(), 1_000)));
    }

    /// Neither the database with its salts nor our keys alone let anybody try out addresses; without the salt
    /// of the day, not even both do.
    private KeyedHash hash(byte[] salt, Allowance allowance, String whose) {
        return sealing.hash(HexFormat.of().formatHex(salt) + '\0' + allowance.name() + '\0' + whose, "guard");
    }

    private byte[] salt(LocalDate day) {
        return knownSalt(day).orElseGet(() -> {
            var fresh = new byte[SALT_LENGTH];
            random.nextBytes(fresh);
            jdbc.sql("insert into guard_salt (day, salt) values (:day, :salt) on conflict do nothing")
                    .param("day", day)
                    .param("salt", fresh)
                    .update();
            return knownSalt(day).orElseThrow(); // ours, or of a node that was faster
        });
    }

    private Optional<byte[]> knownSalt(LocalDate day) {
        return jdbc.sql("select salt from guard_salt where day = :day")
                .param("day", day)
                .query(byte[].class)
                .optional();
    }

    /// Counts go with their salt.
    void forget() {
        jdbc.sql("delete from guard_salt where day < :today")
                .param("today", LocalDate.ofInstant(time.instant().minus(AFTER_MIDNIGHT), ZoneOffset.UTC))
                .update();
        proof.forgetExpired();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
