package press.mainstay.mail;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Nothing more becomes of a promised letter. Told within the transaction that took it down.
///
/// @param supporter null where the letter itself knew to whom
/// @param status `sent`, `unwanted`, `late`, `refused` or `in_doubt`
/// @param reason of an unwanted one, in a word
public record LetterEnded(
        String kind,
        String about,
        @Nullable UUID supporter,
        String status,
        @Nullable String reason) {}
