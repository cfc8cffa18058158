package flotilla.top;

/** What a pressed key asks for. */
enum Key {
    /** Nothing was pressed, or nothing that means anything here. */
    NONE,
    QUIT,
    /** Look now. */
    LOOK,
    /** Draw everything anew, because something else has written on the terminal. */
    REDRAW;

    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;
    private static final int CTRL_L = 12;
    private static final int END_OF_INPUT = -1;

    /**
     * The meaning of a character.
     *
     * @param character as it was read; -1 at the end of the input, which is that of the terminal
     */
    static Key of(int character) {
        return switch (character) {
            case 'q', 'Q', CTRL_C, CTRL_D, END_OF_INPUT -> QUIT;
            case ' ', '\r', '\n' -> LOOK;
            case CTRL_L -> REDRAW;
            default -> NONE;
        };
    }
}
