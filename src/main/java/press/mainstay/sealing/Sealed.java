package press.mainstay.sealing;

import java.util.Arrays;

/// A person's data, encrypted: Tink's AEAD ciphertext. To read it, say what it is for: `sealing.open(…)`.
public record Sealed(byte[] bytes) {

    @Override
    public boolean equals(Object other) {
        return other instanceof Sealed(byte[] others) && Arrays.equals(bytes, others);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "sealed";
    }
}
