package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.top.Screen.Room;
import java.io.ByteArrayOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
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
    private static final String CURSOR = "\u001b[?25h";

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private PipedOutputStream keys = new PipedOutputStream();
    /** What was asked of the terminal, by the names of its methods. */
    private final List<String> steered = new CopyOnWriteArrayList<>();

    private volatile boolean withoutSize;
    private Terminal terminal;
    private TerminalScreen screen;

    @BeforeEach
    void take() throws IOException {
        take("xterm");
    }

    private void take(String type) throws IOException {
        terminal = TerminalBuilder.builder()
                .system(false)
                .type(type)
                .encoding(StandardCharsets.UTF_8)
                .streams(new PipedInputStream(keys), written)
                .size(new Size(40, 5))
                .build();
        screen = new TerminalScreen(watched());
    }

    /** The same terminal, which may be unable to tell its size; who steers it is heard. */
    private Terminal watched() {
        return (Terminal) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Terminal.class}, (proxy, method, arguments) -> {
                    steered.add(method.getName());
                    if (withoutSize && method.getName().equals("getSize")) {
                        throw new IOError(new IOException("the program that tells it was ended"));
                    }
                    return method.invoke(terminal, arguments);
                });
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

        assertThat(written()).containsOnlyOnce(FIRST_SCREEN).contains(CURSOR).doesNotContain("more");
        assertThat(terminal.getAttributes().getLocalFlag(LocalFlag.ECHO)).isTrue();
    }

    @Test
    void screenWithACursorOfAnotherKind_shouldGetItBackToo() throws IOException {
        screen.close();
        keys = new PipedOutputStream();
        take("screen-256color");
        written.reset();

        screen.close();

        assertThat(written()).contains(CURSOR);
    }

    @Test
    void closedTerminal_shouldBeLeftAlone() throws IOException {
        Room room = screen.room();
        screen.close();
        steered.clear();

        assertThat(screen.key(LONG)).isEqualTo(Key.QUIT);
        assertThat(screen.room()).isEqualTo(room);
        show("more");
        screen.forget();

        assertThat(steered).isEmpty();
    }

    @Test
    void terminalThatIsClosedWhileAKeyIsAwaited_shouldEndTheWait() throws Exception {
        FutureTask<Key> key = new FutureTask<>(() -> screen.key(LONG));
        steered.clear();
        new Thread(key).start();
        while (steered.isEmpty()) {
            Thread.onSpinWait();
        }

        screen.close();

        assertThat(key.get()).isEqualTo(Key.QUIT);
        assertThat(steered).as("what comes last").endsWith("setAttributes", "close");
    }

    @Test
    void terminalThatDoesNotTellItsSize_shouldStayAsLargeAsItWas() {
        withoutSize = true;
        assertThat(screen.room()).as("until it is known").isEqualTo(new Room(80, 24));

        withoutSize = false;
        assertThat(screen.room()).isEqualTo(new Room(40, 5));
        withoutSize = true;
        assertThat(screen.room()).isEqualTo(new Room(40, 5));
    }

    @Test
    void specialKey_shouldBeOneKeyThatMeansNothing() throws IOException {
        byte[] sent = "\u001bOQq".getBytes(StandardCharsets.US_ASCII);
        keys.write(sent);
        keys.flush();
        // A sequence is one only while its characters follow each other closely.
        while (terminal.input().available() < sent.length) {
            Thread.onSpinWait();
        }

        assertThat(screen.key(LONG)).isEqualTo(Key.NONE);
        assertThat(screen.key(LONG)).isEqualTo(Key.QUIT);
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
