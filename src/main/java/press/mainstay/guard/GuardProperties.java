package press.mainstay.guard;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// How many forms one network may send: so many at once, and as many again evenly over the next hour. All
/// readers who come by an onion service, or share an office or an exit of Tor, count as one network.
///
/// @param postsPerHour with a proof of work, as browsers that run scripts send it
/// @param postsPerHourWithoutProof without one
@Validated
@ConfigurationProperties("mainstay.guard")
record GuardProperties(
        @DefaultValue("20") @Min(1) @Max(100_000) int postsPerHour,
        @DefaultValue("5") @Min(1) @Max(100_000) int postsPerHourWithoutProof) {}
