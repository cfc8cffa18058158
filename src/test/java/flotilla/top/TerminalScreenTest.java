package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.top.Screen.Room;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The adapter on a terminal of JLine's own, whose bytes are seen. */
class TerminalScreenTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String SECOND_SCREEN = "\u001b[?1049h";
    private static final String FIRST_SCREEN = "\u001b[?1049l";

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PipedOutputStream keys = new PipedOutputStream();
    private Terminal terminal;
    private TerminalScreen screen;

    @BeforeEach
    void take() throws IOException {
        terminal = TerminalBuilder.builder()
                .system(false)
                .type("xterm")
                .encoding(StandardCharsets.UTF_8)
                .streams(new PipedInputStream(keys), written)
                .size(new Size(40, 5))
                .build();
        screen = new TerminalScreen(terminal);
    }

    @AfterEach
    void giveBack() {
        screen.close();
    }

    private String written() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private void show(String... lines) {
        screen.show(screen.room(), List.of(lines).stream().map(TextLine::plain).toList());
    }

    @Test
    void frame_shouldBeOnTheSecondScreen() {
        show("first \u2588", "second");

        assertThat(screen.room()).isEqualTo(new Room(40, 5));
        assertThat(written()).startsWith(SECOND_SCREEN).contains("first \u2588", "second");
    }

    @Test
    void frameThatIsTheSame_shouldNotBeWrittenAgain() {
        show("first", "second");
        written.reset();

        show("first", "xyz");

        assertThat(written()).contains("xyz").doesNotContain("first");
    }

    @Test
    void forgottenFrameAndOtherRoom_shouldBeWrittenAnew() {
        show("first");
        written.reset();
        screen.forget();
        show("first");
        assertThat(written()).contains("first");

        written.reset();
        terminal.setSize(new Size(60, 9));
        show("first");
        assertThat(written()).contains("first");
        assertThat(screen.room()).isEqualTo(new Room(60, 9));
    }

    @Test
    void close_shouldGiveTheTerminalBack() {
        show("first");
        assertThat(terminal.getAttributes().getLocalFlag(LocalFlag.ECHO)).isFalse();
        written.reset();

        screen.close();
        screen.close();
        show("more");

        assertThat(written()).containsOnlyOnce(FIRST_SCREEN).doesNotContain("more");
        assertThat(terminal.getAttributes().getLocalFlag(LocalFlag.ECHO)).isTrue();
    }

    @Test
    void keys_shouldBeReadAsTheyArePressed() throws IOException {
        assertThat(screen.key(Duration.ofMillis(1))).isEqualTo(Key.NONE);

        keys.write('x');
        keys.write('q');
        keys.flush();

        assertThat(screen.key(LONG)).isEqualTo(Key.NONE);
        assertThat(screen.key(LONG)).isEqualTo(Key.QUIT);
    }

    @Test
    void endOfTheTerminal_shouldEndTheView() throws IOException {
        keys.close();

        assertThat(screen.key(LONG)).isEqualTo(Key.QUIT);
    }
}
