package press.mainstay.mail;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;
import press.mainstay.shared.EmailAddress;

/// How mail leaves the house. Where the relay is and how to sign in are Spring's settings, `spring.mail.*`.
///
/// @param bounceAddress a mailbox of ours that takes `local+anything@domain`, such as `bounce@example.org`: what
///     cannot be delivered comes back there and says which mail it was. Absent: it comes back to the sender's address
/// @param relayPause how long a relay is left alone that fails again and again; doubled each time, up to twelve times
///     as long
/// @param connections over how many connections a node sends mailings; letters have one more
/// @param rate mails of mailings a second, of all nodes together; absent: as fast as the relay takes them
/// @param window how many mails of a mailing a worker intends at once: so many can be in doubt when it dies
/// @param lease how long a node that is not heard of counts as alive
/// @param mostFailures percent of a batch of 500: when more of it are refused or in doubt, the mailing pauses
@Validated
@ConfigurationProperties("mainstay.mail")
record MailProperties(
        @Nullable EmailAddress bounceAddress,
        @DefaultValue("5s") Duration relayPause,
        @DefaultValue("4") @Min(0) @Max(64) int connections,
        @Nullable @Min(1) Integer rate,
        @DefaultValue("50") @Min(1) @Max(50) int window,
        @DefaultValue("60s") Duration lease,
        @DefaultValue("10") @Min(1) @Max(100) int mostFailures) {

    MailProperties {
        if (bounceAddress != null && bounceAddress.value().lastIndexOf('@') > TaggedAddress.LONGEST_LOCAL) {
            throw new IllegalArgumentException(
                    "The part of mainstay.mail.bounce-address before the @ is too long: choose one of at most %d characters"
                            .formatted(TaggedAddress.LONGEST_LOCAL));
        }
    }
}
