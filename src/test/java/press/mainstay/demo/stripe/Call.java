package press.mainstay.demo.stripe;

import org.jspecify.annotations.Nullable;

/// A request as it came over the wire.
///
/// @param path without the query
/// @param params the query, or the body of a POST
record Call(
        String method,
        String path,
        Params params,
        @Nullable String authorization,
        @Nullable String version,
        @Nullable String idempotencyKey) {}
