package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyTest {
    @Test
    void keys_shouldMeanWhatTheHelpSays() {
        assertThat("qQ\u0003\u0004".chars().mapToObj(Key::of)).containsOnly(Key.QUIT);
        assertThat(" \r\n".chars().mapToObj(Key::of)).containsOnly(Key.LOOK);
        assertThat(Key.of('\f')).isEqualTo(Key.REDRAW);
    }

    @Test
    void endOfTheInput_shouldEndTheView() {
        assertThat(Key.of(-1)).isEqualTo(Key.QUIT);
    }

    @Test
    void otherKeys_shouldMeanNothing() {
        assertThat("abcxyzAO[~".chars().mapToObj(Key::of)).containsOnly(Key.NONE);
    }
}
