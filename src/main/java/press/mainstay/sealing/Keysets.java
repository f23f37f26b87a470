package press.mainstay.sealing;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.mac.MacConfig;
import com.google.crypto.tink.mac.PredefinedMacParameters;
import com.google.crypto.tink.prf.PredefinedPrfParameters;
import com.google.crypto.tink.prf.PrfConfig;
import java.security.GeneralSecurityException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All keys of an installation: three Tink keysets in one line of JSON, `{"sealing": …, "lookup": …, "links": …}`.
public final class Keysets {

    /// AES256-GCM. A key may be added and made primary at any time; old ones open what they sealed.
    final KeysetHandle sealing;

    /// HMAC-SHA256 as PRF. Never rotated lightly: every hash in the database hangs on it.
    final KeysetHandle lookup;

    /// HMAC-SHA256, 128-bit tags. Old keys stay until the links that they signed have expired.
    final KeysetHandle links;

    static {
        try {
            AeadConfig.register();
            PrfConfig.register();
            MacConfig.register();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink cannot register its algorithms", e);
        }
    }

    private Keysets(KeysetHandle sealing, KeysetHandle lookup, KeysetHandle links) {
        this.sealing = sealing;
        this.lookup = lookup;
        this.links = links;
    }

    /// Makes new random keys.
    public static Keysets generate() {
        try {
            return new Keysets(
                    generate(PredefinedAeadParameters.AES256_GCM),
                    generate(PredefinedPrfParameters.HMAC_SHA256_PRF),
                    generate(PredefinedMacParameters.HMAC_SHA256_128BITTAG));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink cannot make keys", e);
        }
    }

    /// @throws IllegalArgumentException if this is not the JSON of three keysets; its message holds nothing of them
    public static Keysets parse(String json) {
        try {
            var keysets = new JsonMapper().readTree(json);
            return new Keysets(
                    parse(keysets.path("sealing")), parse(keysets.path("lookup")), parse(keysets.path("links")));
        } catch (GeneralSecurityException | JacksonException _) {
            // the causes may quote the input
            throw new IllegalArgumentException("not the JSON of the three keysets sealing, lookup and links");
        }
    }

    /// The keys in the clear, on one line: for a file that only the service can read.
    public String toJson() {
        try {
            return "{\"sealing\":" + print(sealing) + ",\"lookup\":" + print(lookup) + ",\"links\":" + print(links)
                    + "}";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink cannot print the keysets", e);
        }
    }

    /// Rotation, first step: a new key for sealing that opens but does not seal yet, so that all nodes can learn it.
    public Keysets withNewSealingKey() {
        try {
            var entry = KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                    .withRandomId();
            return new Keysets(KeysetHandle.newBuilder(sealing).addEntry(entry).build(), lookup, links);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink cannot add a key", e);
        }
    }

    /// Rotation, second step: the newest key seals from now on. All nodes must know it already.
    public Keysets withNewestSealingKeyAsPrimary() {
        try {
            var builder = KeysetHandle.newBuilder(sealing);
            builder.getAt(builder.size() - 1).makePrimary();
            return new Keysets(builder.build(), lookup, links);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink cannot make the newest key the primary one", e);
        }
    }

    @Override
    public String toString() {
        return "keysets";
    }

    private static KeysetHandle generate(Parameters parameters) throws GeneralSecurityException {
        return KeysetHandle.generateNew(parameters, RegistryConfiguration.get());
    }

    private static KeysetHandle parse(JsonNode keyset) throws GeneralSecurityException {
        return TinkJsonProtoKeysetFormat.parseKeyset(
                keyset.toString(), RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
    }

    private static String print(KeysetHandle keyset) throws GeneralSecurityException {
        var json = TinkJsonProtoKeysetFormat.serializeKeyset(
                keyset, RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
        return new JsonMapper().readTree(json).toString();
    }
}
