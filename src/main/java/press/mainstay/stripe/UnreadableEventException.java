package press.mainstay.stripe;

/// An event has not the shape that we know. Trying again does not help; reading it needs a new version of us.
class UnreadableEventException extends RuntimeException {

    /// @param field the first one that is missing or of another type
    UnreadableEventException(String field) {
        super("Unknown shape: " + field);
    }
}
