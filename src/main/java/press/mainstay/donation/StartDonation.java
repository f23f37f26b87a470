package press.mainstay.donation;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.Money;

/// What a reader asks for with Continue. Made by `SupportPage` only, which has read and checked it.
///
/// @param amount each time, within the newsroom's limits
/// @param nonce made in the reader's page: the same twice is a double click; absent without JavaScript
public record StartDonation(
        Frequency frequency,
        Money amount,
        Source source,
        @Nullable UUID nonce) {}
