package flotilla.top;

import java.util.Locale;
import org.jline.utils.WCWidth;

/** Text in columns of a terminal, in which some signs take two and some none. Pure. */
final class Columns {
    private Columns() {}

    /**
     * The text with everything that could steer a terminal, break a line or turn its direction replaced by its number, as Java
     * escapes it. What others have written goes through here first.
     */
    static String printable(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().forEach(sign -> {
            if (isPlain(sign)) {
                plain.appendCodePoint(sign);
            } else {
                plain.append(String.format(Locale.ROOT, "\\u%04x", sign));
            }
        });
        return plain.toString();
    }

    private static boolean isPlain(int sign) {
        return switch (Character.getType(sign)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> WCWidth.wcwidth(sign) >= 0;
        };
    }

    /** How many columns a printable text takes. */
    static int width(String text) {
        return text.codePoints().map(WCWidth::wcwidth).sum();
    }

    /** The text cut to at most so many columns, with a sign at its end when something was cut off. */
    static String fit(String text, int columns, Glyphs glyphs) {
        if (width(text) <= columns) {
            return text;
        }
        int left = columns - width(glyphs.more());
        if (left < 0) {
            return "";
        }
        StringBuilder cut = new StringBuilder();
        for (int sign : text.codePoints().toArray()) {
            left -= WCWidth.wcwidth(sign);
            if (left < 0) {
                break;
            }
            cut.appendCodePoint(sign);
        }
        return cut.toString().stripTrailing() + glyphs.more();
    }

    /** The text in exactly so many columns, at their left. */
    static String left(String text, int columns, Glyphs glyphs) {
        String fitting = fit(text, columns, glyphs);
        return fitting + " ".repeat(columns - width(fitting));
    }

    /** The text in exactly so many columns, at their right. */
    static String right(String text, int columns, Glyphs glyphs) {
        String fitting = fit(text, columns, glyphs);
        return " ".repeat(columns - width(fitting)) + fitting;
    }
}
