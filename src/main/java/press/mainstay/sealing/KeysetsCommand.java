package press.mainstay.sealing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The command line's `keysets`: makes the keysets of a new installation, and the two steps of a rotation.
public final class KeysetsCommand {

    private KeysetsCommand() {}

    /// @param words nothing for new keysets; `add-key FILE` or `use-newest-key FILE` for the next step of a rotation
    /// @return the keysets to be kept, as JSON on one line
    /// @throws IllegalArgumentException if the words are no such command, or the file holds no keysets
    public static String run(List<String> words) {
        return switch (words.isEmpty() ? "" : words.getFirst() + " " + words.size()) {
            case "" -> Keysets.generate().toJson();
            case "add-key 2" -> read(words.get(1)).withNewSealingKey().toJson();
            case "use-newest-key 2" ->
                read(words.get(1)).withNewestSealingKeyAsPrimary().toJson();
            default -> throw new IllegalArgumentException("Usage: keysets [add-key FILE | use-newest-key FILE]");
        };
    }

    private static Keysets read(String file) {
        try {
            return Keysets.parse(Files.readString(Path.of(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException("No file at " + file, e);
        }
    }
}
