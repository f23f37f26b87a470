package press.mainstay.mail;

/// What may stand in a header: a line break in it would begin another header, or the text.
final class HeaderValue {

    private HeaderValue() {}

    /// @throws IllegalArgumentException if there is a control character in it; the message does not quote it
    static String checked(String value) {
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A control character in a header");
        }
        return value;
    }
}
