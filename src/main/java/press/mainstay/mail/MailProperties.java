package press.mainstay.mail;

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
/// @param relayPause how long a relay is left alone that fails again and again; doubled each
///     time, up to twelve times as long
@Validated
@ConfigurationProperties("mainstay.mail")
record MailProperties(
        @Nullable EmailAddress bounceAddress,
        @DefaultValue("5s") Duration relayPause) {

    MailProperties {
        if (bounceAddress != null && bounceAddress.value().lastIndexOf('@') > TaggedAddress.LONGEST_LOCAL) {
            throw new IllegalArgumentException(
                    "The part of mainstay.mail.bounce-address before the @ is too long: choose one of at most %d characters"
                            .formatted(TaggedAddress.LONGEST_LOCAL));
        }
    }
}
