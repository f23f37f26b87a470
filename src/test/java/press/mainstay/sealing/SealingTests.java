package press.mainstay.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingTests {

    private static final UUID ANNA = UUID.randomUUID();
    private static final UUID BORIS = UUID.randomUUID();

    private final Keysets keysets = Keysets.generate();

    @Test
    void onlyThePurposeAndIdThatItWasSealedForOpenIt() throws Exception {
        var sealing = new Sealing(keysets);
        var sealed = sealing.seal("anna@example.org", "supporter.email", ANNA);

        assertThat(sealing.open(sealed, "supporter.email", ANNA)).isEqualTo("anna@example.org");
        assertThatIllegalStateException().isThrownBy(() -> sealing.open(sealed, "supporter.email", BORIS));
        assertThatIllegalStateException().isThrownBy(() -> sealing.open(sealed, "letter.text", ANNA));
        assertThatIllegalStateException()
                .isThrownBy(() -> new Sealing(Keysets.generate()).open(sealed, "supporter.email", ANNA));
        assertThat(new String(sealed.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("anna");
    }

    @Test
    void theSameDataHasTheSameHashForOnePurposeAndOneSetOfKeysOnly() throws Exception {
        var sealing = new Sealing(keysets);
        var hash = sealing.hash("anna@example.org", "supporter.email");

        assertThat(new Sealing(Keysets.parse(keysets.toJson())).hash("anna@example.org", "supporter.email"))
                .isEqualTo(hash);
        assertThat(sealing.hash("anna@example.org", "suppression.email")).isNotEqualTo(hash);
        assertThat(new Sealing(Keysets.generate()).hash("anna@example.org", "supporter.email"))
                .isNotEqualTo(hash);
    }

    @Test
    void aRotatedKeyOpensTheOldAndSealsTheNew(@TempDir Path folder) throws Exception {
        var old = new Sealing(keysets);
        var sealed = old.seal("anna@example.org", "supporter.email", ANNA);
        var file = folder.resolve("keysets.json");

        Files.writeString(file, keysets.toJson());
        Files.writeString(file, KeysetsCommand.run(List.of("add-key", file.toString())));
        var learnt = new Sealing(Keysets.parse(Files.readString(file)));
        assertThat(learnt.sealedWithPrimaryKey(sealed))
                .as("an added key does not seal before all nodes know it")
                .isTrue();

        Files.writeString(file, KeysetsCommand.run(List.of("use-newest-key", file.toString())));
        var rotated = new Sealing(Keysets.parse(Files.readString(file)));
        assertThat(rotated.open(sealed, "supporter.email", ANNA)).isEqualTo("anna@example.org");
        assertThat(rotated.sealedWithPrimaryKey(sealed)).isFalse();
        assertThat(learnt.open(rotated.seal("boris@example.org", "supporter.email", BORIS), "supporter.email", BORIS))
                .as("nodes that only learnt the key can read what the others seal")
                .isEqualTo("boris@example.org");
        assertThat(rotated.hash("anna@example.org", "supporter.email"))
                .isEqualTo(old.hash("anna@example.org", "supporter.email"));
    }

    @Test
    void damagedKeysetsAreRefusedWithoutQuotingThem() {
        var json = keysets.toJson();
        var value = json.replaceAll(".*?\"value\":\"([^\"]+)\".*", "$1");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Keysets.parse(json.substring(0, json.length() - 20)))
                .withMessageContaining("three keysets")
                .withMessageNotContaining(value)
                .withNoCause();
        assertThatIllegalArgumentException().isThrownBy(() -> Keysets.parse("{}"));
        assertThat(keysets).hasToString("keysets");
    }

    @Test
    void aTokenIsGoodForItsPurposeAndUntilItExpires() throws Exception {
        var noon = Instant.parse("2026-11-23T12:00:00Z");
        var links = new SignedLinks(keysets, Clock.fixed(noon, ZoneOffset.UTC));
        var token = links.sign("donation.browser", ANNA.toString(), noon.plus(Duration.ofHours(1)));

        assertThat(links.read("donation.browser", token)).contains(ANNA.toString());
        assertThat(links.read("reminder.cancel", token)).isEmpty();
        assertThat(links.read("donation.browser", "x" + token)).isEmpty();
        assertThat(links.read("donation.browser", token.substring(0, token.length() - 2)))
                .isEmpty();
        assertThat(links.read("donation.browser", "")).isEmpty();
        assertThat(links.read("donation.browser", "....")).isEmpty();
        assertThat(new SignedLinks(Keysets.generate(), Clock.fixed(noon, ZoneOffset.UTC))
                        .read("donation.browser", token))
                .isEmpty();
        assertThat(new SignedLinks(keysets, Clock.fixed(noon.plus(Duration.ofHours(1)), ZoneOffset.UTC))
                        .read("donation.browser", token))
                .isEmpty();
    }
}
