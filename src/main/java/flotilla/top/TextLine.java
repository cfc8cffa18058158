package flotilla.top;

/**
 * A line of a frame.
 *
 * @param text printable and no wider than the frame
 */
record TextLine(String text, Emphasis emphasis) {
    /** How much a line stands out. A frame says everything without it, too. */
    enum Emphasis {
        PLAIN,
        STRONG,
        FAINT,
        ALERT
    }

    static TextLine plain(String text) {
        return new TextLine(text, Emphasis.PLAIN);
    }

    static TextLine strong(String text) {
        return new TextLine(text, Emphasis.STRONG);
    }

    static TextLine faint(String text) {
        return new TextLine(text, Emphasis.FAINT);
    }

    static TextLine alert(String text) {
        return new TextLine(text, Emphasis.ALERT);
    }

    /** The same, cut to a width. */
    TextLine within(int columns, Glyphs glyphs) {
        return new TextLine(Columns.fit(text, columns, glyphs), emphasis);
    }
}
