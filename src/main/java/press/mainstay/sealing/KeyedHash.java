package press.mainstay.sealing;

import java.util.Arrays;

/// What a person's data is found by: the same for the same data, and of no use without our key.
public record KeyedHash(byte[] bytes) {

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyedHash(byte[] others) && Arrays.equals(bytes, others);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "hash";
    }
}
