package press.mainstay.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.altcha.altcha.Altcha;
import org.altcha.altcha.Altcha.Challenge;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.FeatureTest;
import press.mainstay.Visitor;
import press.mainstay.guard.Verdict.Admitted;
import press.mainstay.guard.Verdict.Silent;
import press.mainstay.guard.Verdict.TooMany;
import press.mainstay.shared.EmailAddress;
import tools.jackson.databind.json.JsonMapper;

/// Each test has networks and addresses of its own, and an hour of its own that does not end while it runs.
@FeatureTest
class GuardTests {

    private static final String PROXY = "10.7.0.1"; // trusted by default, as all of 10.0.0.0/8 is

    @Autowired
    private BeanFactory beans;

    @Autowired
    private Guard ours;

    @Autowired
    private Visitor visitor;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JsonMapper json;

    @Autowired
    private TransactionTemplate transaction;

    private Instant now = Instant.parse("2100-03-01T10:00:00Z");
    private final String network =
            "2001:db8:%x:%x".formatted(ThreadLocalRandom.current().nextInt(65536), System.nanoTime() & 0xffff);
    private Guard guard;

    @BeforeEach
    void start() {
        guard = TrialForm.guard(beans, () -> now);
    }

    @Test
    void withoutProofANetworkSendsFiveFormsAndThenOneEachTwelveMinutes() {
        assertThat(posts(6)).containsExactly(5, 1);
        assertThat(post(network + "::1")).isEqualTo(new TooMany(Duration.ofMinutes(12)));

        now = now.plus(Duration.ofMinutes(11));
        assertThat(post(network + "::1")).isEqualTo(new TooMany(Duration.ofMinutes(1)));
        now = now.plus(Duration.ofMinutes(1));
        assertThat(posts(2)).as("refused posts did not count").containsExactly(1, 1);

        now = now.plus(Duration.ofHours(1));
        assertThat(posts(6)).containsExactly(5, 1);
    }

    @Test
    void withProofItSendsTwentyMoreAndThenOneEachThreeMinutes() {
        posts(5);

        for (var i = 0; i < 20; i++) {
            assertThat(post(network + "::1", solution())).isInstanceOf(Admitted.class);
        }
        assertThat(post(network + "::1", solution())).isEqualTo(new TooMany(Duration.ofMinutes(3)));
    }

    @Test
    void theHalfOfAnIpv6AddressThatAHouseholdHasIsOneNetwork() {
        for (var i = 0; i < 5; i++) {
            assertThat(post(network + ":%x:1:2:3".formatted(i * 4096))).isInstanceOf(Admitted.class);
        }
        assertThat(post(network + ":ffff:ffff:ffff:ffff")).isInstanceOf(TooMany.class);

        var next = network.substring(0, network.lastIndexOf(':')) + ":abcd";
        assertThat(post(next + "::1")).isInstanceOf(Admitted.class);
    }

    @Test
    void anIpv4AddressIsANetworkOfItsOwn() {
        var octets = "198.51.%d.".formatted(ThreadLocalRandom.current().nextInt(256));
        for (var i = 0; i < 5; i++) {
            assertThat(post(octets + "1")).isInstanceOf(Admitted.class);
        }
        assertThat(post(octets + "1")).isInstanceOf(TooMany.class);
        assertThat(post("::ffff:" + octets + "1"))
                .as("the same, as some servers write it")
                .isInstanceOf(TooMany.class);
        assertThat(post(octets + "2")).isInstanceOf(Admitted.class);
    }

    @Test
    void aReaderCannotPretendToBeSomebodyElse() {
        for (var i = 0; i < 5; i++) {
            assertThat(admit(request(network + "::1", "203.0.113." + i))).isInstanceOf(Admitted.class);
        }
        assertThat(admit(request(network + "::1", "203.0.113.9"))).isInstanceOf(TooMany.class);
    }

    @Test
    void aReverseProxyIsBelievedAndWhatReadersWroteBeforeItIsNot() {
        for (var i = 0; i < 5; i++) {
            assertThat(admit(request(PROXY, "203.0.113.%d, %s::1".formatted(i, network))))
                    .isInstanceOf(Admitted.class);
        }
        assertThat(admit(request(PROXY, "203.0.113.9, " + network + "::1"))).isInstanceOf(TooMany.class);
        assertThat(admit(request(PROXY, "203.0.113.9, [" + network + "::2]:4711, 10.7.0.2")))
                .as("through two proxies, one of which names the port")
                .isInstanceOf(TooMany.class);
        var header = request(PROXY, "203.0.113.9");
        header.addHeader("X-Forwarded-For", network + "::3");
        assertThat(admit(header)).as("written as a header of its own").isInstanceOf(TooMany.class);

        assertThat(admit(request(PROXY, "203.0.113.100"))).as("another reader").isInstanceOf(Admitted.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown", "", "_hidden", "evil.example", "300.1.1.1", "fe80::1%eth0", "a, b"})
    void whatIsNoAddressCountsAsTheProxysOwn(String odd) {
        var proxy =
                "10.%d.0.%d".formatted(odd.length(), ThreadLocalRandom.current().nextInt(256));
        for (var i = 0; i < 5; i++) {
            assertThat(admit(request(proxy, odd))).isInstanceOf(Admitted.class);
        }
        assertThat(admit(request(proxy, odd))).isInstanceOf(TooMany.class);
    }

    @Test
    void anAddressThatIsTypedAgainAndAgainCausesNothingMoreAndNobodyLearnsOfIt() {
        var address = address();

        for (var i = 0; i < 3; i++) {
            assertThat(guard.admit(request(network + i + "::1", null), address, null))
                    .isInstanceOf(Admitted.class);
        }
        var shouted = new EmailAddress(address.value().toUpperCase());
        assertThat(guard.admit(request(network + "a::1", null), shouted, null)).isInstanceOf(Silent.class);
        assertThat(guard.admit(request(network + "b::1", null), address, solution()))
                .as("with proof of work too")
                .isInstanceOf(Silent.class);

        now = now.plus(Duration.ofDays(1));
        assertThat(guard.admit(request(network + "a::1", null), address, null)).isInstanceOf(Admitted.class);
    }

    @Test
    void nodesShareTheCount() {
        var other = TrialForm.guard(beans, () -> now);

        for (var i = 0; i < 5; i++) {
            assertThat((i % 2 == 0 ? guard : other).admit(request(network + "::1", null), address(), null))
                    .isInstanceOf(Admitted.class);
        }
        assertThat(other.admit(request(network + "::1", null), address(), null)).isInstanceOf(TooMany.class);
    }

    @Test
    void ofFortyFormsAtOnceThroughTwoNodesFiveAreAdmitted() throws Exception {
        var other = TrialForm.guard(beans, () -> now);
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            var verdicts = readers.invokeAll(IntStream.range(0, 40)
                    .<Callable<Verdict>>mapToObj(i ->
                            () -> (i % 2 == 0 ? guard : other).admit(request(network + "::1", null), address(), null))
                    .toList());

            assertThat(verdicts.stream().filter(verdict -> verdict.resultNow() instanceof Admitted))
                    .hasSize(5);
        }
    }

    @Test
    void aSolutionOpensAFormOnce() {
        posts(5);
        var solution = solution();

        assertThat(post(network + "::1", solution)).isInstanceOf(Admitted.class);
        assertThat(post(network + "::1", solution)).isInstanceOf(TooMany.class);
        var rewritten = new String(Base64.getDecoder().decode(solution), StandardCharsets.UTF_8)
                .replaceFirst("}$", ", \"took\": 5}");
        assertThat(post(network + "::1", base64(rewritten)))
                .as("written in another way")
                .isInstanceOf(TooMany.class);
    }

    @Test
    void ofManyWhoBringTheSameSolutionAtOnceOneIsBelieved() throws Exception {
        var solution = solution();
        var nodes = new Proof[] {
            TrialForm.proof(beans, InstantSource.system()), TrialForm.proof(beans, InstantSource.system())
        };
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            var believed = readers.invokeAll(IntStream.range(0, 20)
                    .<Callable<Boolean>>mapToObj(i -> () -> nodes[i % 2].accept(solution))
                    .toList());

            assertThat(believed.stream().filter(one -> one.resultNow())).hasSize(1);
        }
    }

    @Test
    void whatIsNoSolutionIsAsGoodAsNone() throws Exception {
        var challenge = challenge();
        var number = solve(challenge);
        var late = challenge.salt.replaceFirst("expires=\\d+", "expires=4102444800");
        posts(4);

        assertThat(post(network + "::1", "not base64 {"))
                .as("counts as without")
                .isInstanceOf(Admitted.class);
        for (var wrong : new String[] {
            "",
            "null",
            base64("null"),
            base64("[]"),
            base64("{}"),
            base64("{\"algorithm\": 1, \"number\": \"x\"}"),
            payload(challenge, number + 1, challenge.salt, challenge.signature),
            payload(challenge, number, late, challenge.signature),
            payload(challenge, number, challenge.salt, "0".repeat(64)),
            payload(challenge, number, challenge.salt, challenge.signature) + "A".repeat(1_000)
        }) {
            assertThat(post(network + "::1", wrong)).as(wrong).isInstanceOf(TooMany.class);
        }
        assertThat(post(network + "::1", payload(challenge, number, challenge.salt, challenge.signature)))
                .as("the right one")
                .isInstanceOf(Admitted.class);
    }

    @Test
    void aSolutionThatComesTooLateIsAsGoodAsNone() {
        var halfAnHourAgo = Instant.now().minus(Duration.ofMinutes(30)).minusSeconds(2);
        var challenge = TrialForm.proof(beans, () -> halfAnHourAgo).challenge();

        assertThat(TrialForm.proof(beans, InstantSource.system()).accept(payload(challenge, solve(challenge))))
                .isFalse();
    }

    @Test
    void aChallengeOfAnotherNewsroomIsAsGoodAsNone() throws Exception {
        var foreign = Altcha.createChallenge(new Altcha.ChallengeOptions()
                .setHmacKey("mainstay")
                .setMaxNumber(10L)
                .setExpiresInSeconds(600));

        assertThat(TrialForm.proof(beans, InstantSource.system()).accept(payload(foreign, solve(foreign))))
                .isFalse();
    }

    @Test
    void challengesAreNotKeptByAnybody() {
        var first = visitor.get("/altcha");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("Cache-Control")).hasValue("no-store");
        assertThat(first.header("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(visitor.get("/altcha").body()).isNotEqualTo(first.body());
    }

    @Test
    void saltsHashesAndSolutionsAreGoneWithinTwoDays() {
        post(network + "::1", solution());
        assertThat(rows())
                .allSatisfy((table, rows) -> assertThat(rows).as(table).isPositive());

        now = Instant.parse("2100-03-02T00:30:00Z");
        guard.forget();
        assertThat(rows().get("guard_salt"))
                .as("just after midnight some still need it")
                .isPositive();

        now = now.plus(Duration.ofDays(1).plusHours(10)).minusSeconds(1);
        guard.forget();
        assertThat(rows())
                .allSatisfy((table, rows) -> assertThat(rows).as(table).isZero());
    }

    @Test
    void theSameAddressHasAnotherHashEachDay() {
        var address = address();
        guard.admit(request(network + "::1", null), address, null);
        now = now.plus(Duration.ofDays(1));
        guard.admit(request(network + "::1", null), address, null);

        assertThat(jdbc.sql("select count(distinct hash) = count(*) from guard_count")
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(jdbc.sql("select count(distinct salt) = count(*) from guard_salt")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void aCallerWhoseWorkCouldBeUndoneIsTurnedAway() {
        assertThatException()
                .isThrownBy(() -> transaction.executeWithoutResult(
                        _ -> ours.admit(request(network + "::1", null), address(), null)))
                .isInstanceOf(IllegalTransactionStateException.class);
    }

    @Test
    void aFormThatIsRefusedSaysWhenToTryAgainAndLosesNothingThatWasTyped() {
        visitor.with("X-Forwarded-For", network + "::1");
        var address = address().value();
        for (var i = 0; i < 5; i++) {
            assertThat(visitor.post("/trial", Map.of("email", address().value()))
                            .status())
                    .isEqualTo(200);
        }

        var refused = visitor.post("/trial", Map.of("email", address));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.header("Retry-After").orElseThrow()))
                .isBetween(600, 720);
        assertThat(refused.body())
                .contains(address, "We got a great many requests from your network. Please send this again in 12 min.");
    }

    /// @return how many were admitted, and how many not
    private int[] posts(int number) {
        var admitted = (int) IntStream.range(0, number)
                .filter(_ -> post(network + "::1") instanceof Admitted)
                .count();
        return new int[] {admitted, number - admitted};
    }

    private Verdict post(String peer) {
        return post(peer, null);
    }

    private Verdict post(String peer, @Nullable String solution) {
        return guard.admit(request(peer, null), address(), solution);
    }

    private Verdict admit(MockHttpServletRequest request) {
        return guard.admit(request, address(), null);
    }

    private static MockHttpServletRequest request(String peer, @Nullable String forwardedFor) {
        var request = new MockHttpServletRequest("POST", "/trial");
        request.setRemoteAddr(peer);
        if (forwardedFor != null) {
            request.addHeader("X-Forwarded-For", forwardedFor);
        }
        return request;
    }

    private static EmailAddress address() {
        return new EmailAddress("reader-" + UUID.randomUUID() + "@example.org");
    }

    private Challenge challenge() {
        return json.readValue(visitor.get("/altcha").body(), Challenge.class);
    }

    private String solution() {
        var challenge = challenge();
        return payload(challenge, solve(challenge));
    }

    private static long solve(Challenge challenge) {
        try {
            return Altcha.solveChallenge(
                            challenge.challenge, challenge.salt, Altcha.Algorithm.SHA256, challenge.maxnumber, 0)
                    .number;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String payload(Challenge challenge, long number) {
        return payload(challenge, number, challenge.salt, challenge.signature);
    }

    /// As the widget writes it.
    private String payload(Challenge challenge, long number, String salt, String signature) {
        return base64(json.writeValueAsString(Map.of(
                "algorithm",
                challenge.algorithm,
                "challenge",
                challenge.challenge,
                "number",
                number,
                "salt",
                salt,
                "signature",
                signature,
                "took",
                1234)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, Integer> rows() {
        return Map.of(
                "guard_salt", rows("guard_salt"),
                "guard_count", rows("guard_count"),
                "solved_challenge", rows("solved_challenge"));
    }

    private int rows(String table) {
        return jdbc.sql("select count(*) from " + table).query(Integer.class).single();
    }
}
