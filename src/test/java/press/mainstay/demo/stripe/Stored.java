package press.mainstay.demo.stripe;

import tools.jackson.databind.node.ObjectNode;

/// One object of Stripe's.
///
/// @param position counts up in the order of making
/// @param body as the API shows it, other objects by id
/// @param hidden what Stripe knows and does not show
record Stored(String type, String id, long position, ObjectNode body, ObjectNode hidden) {}
