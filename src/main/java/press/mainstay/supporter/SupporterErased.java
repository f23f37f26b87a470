package press.mainstay.supporter;

import java.util.UUID;

/// Who this person is was forgotten. Told within the transaction that did it.
public record SupporterErased(UUID supporter) {}
