package press.mainstay.demo.stripe;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A call to Stripe's API, for assertions.
///
/// @param params as sent: `line_items[0][price_data][currency]` → `usd`
public record RecordedCall(
        String method, String path, @Nullable String idempotencyKey, Map<String, String> params) {}
