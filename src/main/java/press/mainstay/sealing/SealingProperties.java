package press.mainstay.sealing;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// Where the keys are. One of the two must be set; they belong to no backup that holds the database.
///
/// @param keysets the keysets as JSON, as the command `keysets` prints them
/// @param keysetsFile a file that holds that JSON
@ConfigurationProperties("mainstay.sealing")
record SealingProperties(@Nullable String keysets, @Nullable Path keysetsFile) {}
