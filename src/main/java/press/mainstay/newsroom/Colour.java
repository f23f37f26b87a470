package press.mainstay.newsroom;

import java.util.regex.Pattern;

/// A colour on a screen, 0 to 255 each, and how well it reads on another.
public record Colour(int red, int green, int blue) {

    /// What pages stand on by day and by night; `/theme.css` hands both to the style sheets.
    static final Colour DAY = new Colour(255, 255, 255);

    static final Colour NIGHT = new Colour(15, 20, 24);

    /// The least contrast of text that everybody can read.
    ///
    /// @see <a href="https://www.w3.org/TR/WCAG22/#contrast-minimum">WCAG 2.2, 1.4.3</a>
    static final double READABLE = 4.5;

    private static final Pattern HEX = Pattern.compile("#[0-9a-fA-F]{6}");

    /// @param hex such as `#0b5a6f`
    public static Colour of(String hex) {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("Write a colour as #rrggbb, not as %s".formatted(hex));
        }
        var rgb = Integer.parseInt(hex, 1, 7, 16);
        return new Colour(rgb >> 16, rgb >> 8 & 255, rgb & 255);
    }

    /// From 1, not to be told apart, to 21, black on white.
    ///
    /// @see <a href="https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio">contrast ratio</a>
    double contrast(Colour other) {
        var lighter = Math.max(luminance(), other.luminance());
        var darker = Math.min(luminance(), other.luminance());
        return (lighter + 0.05) / (darker + 0.05);
    }

    /// This colour as it reads well by night: a quarter paler, so that it does not glare, then brighter step by
    /// step. The contrast is 7, not the least allowed, since thin strokes on a dark ground look weaker than they
    /// measure.
    Colour atNight() {
        var pale = new Colour(red + (255 - red) / 4, green + (255 - green) / 4, blue + (255 - blue) / 4);
        var tint = pale;
        for (var percent = 101; tint.contrast(NIGHT) < 7; percent++) {
            tint = new Colour(
                    Math.min(255, pale.red * percent / 100),
                    Math.min(255, pale.green * percent / 100),
                    Math.min(255, pale.blue * percent / 100));
        }
        return tint;
    }

    private double luminance() {
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    }

    private static double linear(int channel) {
        var share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }

    @Override
    public String toString() {
        return "#%02x%02x%02x".formatted(red, green, blue);
    }
}
