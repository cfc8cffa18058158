package flotilla.top;

import java.io.IOException;
import java.util.Optional;

/**
 * Keys out of the characters that a terminal sends. What a special key sends, such as an arrow or F2, is an escape sequence
 * (ECMA-48, 5.4; {@code ESC O} and one character more in xterm's ctlseqs): it is one key, and none of its characters is a key of
 * its own. Used by one thread at a time.
 */
final class Keys {
    /** Where characters come from. */
    @FunctionalInterface
    interface Characters {
        /**
         * The next one.
         *
         * @return -1 at the end of the input, {@link Keys#NONE_IN_TIME} when none came for so long
         */
        int next(long millis) throws IOException;
    }

    static final int NONE_IN_TIME = -2;

    private static final int ESCAPE = 27;
    /** A terminal sends a sequence as a whole, a person presses the next key later. */
    private static final long MILLIS_WITHIN_SEQUENCE = 20;
    /** No key sends more. */
    private static final int LONGEST_SEQUENCE = 32;

    private final Characters characters;

    Keys(Characters characters) {
        this.characters = characters;
    }

    /** The next key; empty when none was pressed for so long. */
    Optional<Key> next(long millis) throws IOException {
        int first = characters.next(millis);
        if (first == NONE_IN_TIME) {
            return Optional.empty();
        }
        if (first == ESCAPE) {
            passSequence();
            return Optional.of(Key.NONE);
        }
        return Optional.of(Key.of(first));
    }

    private void passSequence() throws IOException {
        int kind = characters.next(MILLIS_WITHIN_SEQUENCE);
        if (kind == ESCAPE) {
            // With Alt.
            kind = characters.next(MILLIS_WITHIN_SEQUENCE);
        }
        if (kind == 'O') {
            characters.next(MILLIS_WITHIN_SEQUENCE);
        } else if (kind == '[') {
            int length = 0;
            while (length < LONGEST_SEQUENCE && isWithin(characters.next(MILLIS_WITHIN_SEQUENCE))) {
                length++;
            }
        }
    }

    /** Whether a sequence goes on after this character: parameters and intermediate ones do not end it. */
    private static boolean isWithin(int character) {
        return character >= ' ' && character <= '?';
    }
}
