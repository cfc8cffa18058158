package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    private static final String UP = "\u001b[A";

    /** What all characters of a text mean, until there is none. */
    private static List<Key> keys(String text) throws Exception {
        PrimitiveIterator.OfInt characters = text.chars().iterator();
        Keys keys = new Keys(millis -> characters.hasNext() ? characters.nextInt() : Keys.NONE_IN_TIME);
        List<Key> all = new ArrayList<>();
        for (Optional<Key> key = keys.next(1); key.isPresent(); key = keys.next(1)) {
            all.add(key.get());
        }
        return all;
    }

    @Test
    void plainKeys_shouldMeanWhatTheySay() throws Exception {
        assertThat(keys("x q\f")).containsExactly(Key.NONE, Key.LOOK, Key.QUIT, Key.REDRAW);
    }

    /** Up, up as an application wants it, F2 of xterm and of a VT220, Ctrl-Up, Alt-q, Alt-Up. */
    @ParameterizedTest
    @ValueSource(strings = {UP, "\u001bOA", "\u001bOQ", "\u001b[12~", "\u001b[1;5A", "\u001bq", "\u001b\u001b[A"})
    void specialKey_shouldBeOneKeyThatMeansNothing(String sequence) throws Exception {
        assertThat(keys(sequence)).containsExactly(Key.NONE);
        assertThat(keys(sequence + "q")).containsExactly(Key.NONE, Key.QUIT);
    }

    @Test
    void escapeAlone_shouldMeanNothing() throws Exception {
        assertThat(keys("\u001b")).containsExactly(Key.NONE);
    }

    @Test
    void wheelThatIsTurned_shouldNotSwallowTheKeyAfterIt() throws Exception {
        assertThat(keys(UP.repeat(100) + "q")).hasSize(101).endsWith(Key.QUIT);
    }

    @Test
    void sequenceWithoutEnd_shouldEndOnItsOwn() throws Exception {
        assertThat(keys("\u001b[" + "1".repeat(1000) + "q")).endsWith(Key.QUIT);
    }

    @Test
    void endOfTheInput_shouldEndTheView() throws Exception {
        assertThat(new Keys(millis -> -1).next(1)).contains(Key.QUIT);
    }
}
