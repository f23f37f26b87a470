package press.mainstay;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Other websites whose pages may post our forms.
///
/// @param origins the newsroom's own sites, its mirrors, its onion: `https://www.example.org`, without a path
@ConfigurationProperties("mainstay")
record OriginsProperties(@DefaultValue List<Origin> origins) {}
