package press.mainstay.sealing;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.prf.PrfSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// Seals a person's data, opens it again, and makes the keyed hashes it is found by. The purpose is a constant of the
/// caller, such as `supporter.email`; together with our id it is bound to the ciphertext, so that a row's data cannot
/// be opened as another's.
@Component
public class Sealing {

    /// Tink writes the key's id in front: a version byte and four bytes.
    static final int KEY_PREFIX_LENGTH = 5;

    private static final int HASH_LENGTH = 32;

    private final Aead aead;
    private final PrfSet prf;
    private final int primaryKeyId;

    Sealing(Keysets keysets) throws GeneralSecurityException {
        aead = keysets.sealing.getPrimitive(RegistryConfiguration.get(), Aead.class);
        prf = keysets.lookup.getPrimitive(RegistryConfiguration.get(), PrfSet.class);
        primaryKeyId = keysets.sealing.getPrimary().getId();
    }

    /// @param id made by us and never changed: the data cannot be opened without it
    public Sealed seal(String text, String purpose, UUID id) {
        return seal(text.getBytes(StandardCharsets.UTF_8), purpose, id);
    }

    /// @see #seal(String, String, UUID)
    public Sealed seal(byte[] data, String purpose, UUID id) {
        try {
            return new Sealed(aead.encrypt(data, associatedData(purpose, id)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot seal " + purpose + " of " + id, e);
        }
    }

    /// @throws IllegalStateException if it was sealed for another purpose or id, or with a key we do not have
    public String open(Sealed sealed, String purpose, UUID id) {
        return new String(openBytes(sealed, purpose, id), StandardCharsets.UTF_8);
    }

    /// @see #open(Sealed, String, UUID)
    public byte[] openBytes(Sealed sealed, String purpose, UUID id) {
        try {
            return aead.decrypt(sealed.bytes(), associatedData(purpose, id));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot open " + purpose + " of " + id, e);
        }
    }

    /// The same hash for the same data, so that it can be unique or looked up; purposes do not mix.
    public KeyedHash hash(String data, String purpose) {
        try {
            return new KeyedHash(
                    prf.computePrimary((purpose + '\0' + data).getBytes(StandardCharsets.UTF_8), HASH_LENGTH));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot hash for " + purpose, e);
        }
    }

    /// What every ciphertext of the key that seals now begins with.
    byte[] primaryKeyPrefix() {
        return ByteBuffer.allocate(KEY_PREFIX_LENGTH)
                .put((byte) 1)
                .putInt(primaryKeyId)
                .array();
    }

    boolean sealedWithPrimaryKey(Sealed sealed) {
        return Arrays.equals(primaryKeyPrefix(), Arrays.copyOf(sealed.bytes(), KEY_PREFIX_LENGTH));
    }

    private static byte[] associatedData(String purpose, UUID id) {
        return (purpose + '\0' + id).getBytes(StandardCharsets.UTF_8);
    }
}
