package flotilla.top;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * The terminal of this process, steered with JLine: its second screen without a cursor, and keys that are read as they are pressed.
 * It is given back when this is closed, and at the end of the process, whichever signal ends that.
 */
final class TerminalScreen implements Screen {
    private static final Room USUAL = new Room(80, 24);
    private static final int NO_CURSOR = -1;

    private final Terminal terminal;
    private final Display display;
    private final Attributes before;
    private final Thread atEnd = new Thread(this::giveBack, "give-terminal-back");
    private Room shownIn = new Room(0, 0);
    private boolean closed;

    /**
     * Takes the terminal of this process; empty when it cannot be steered, such as one that is dumb.
     *
     * @throws IOException when it cannot be used
     */
    static Optional<Screen> open() throws IOException {
        Terminal terminal = ofThisProcess();
        if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
            terminal.close();
            return Optional.empty();
        }
        TerminalScreen screen = new TerminalScreen(terminal);
        Runtime.getRuntime().addShutdownHook(screen.atEnd);
        return Optional.of(screen);
    }

    /** Columns of the terminal of this process; empty when it does not tell. Changes nothing of it. */
    static OptionalInt columns() throws IOException {
        try (Terminal terminal = ofThisProcess()) {
            int columns = terminal.getWidth();
            return columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
        }
    }

    /** Signals stay Java's own: JLine would end the process without its shutdown hooks. */
    private static Terminal ofThisProcess() throws IOException {
        return TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(false)
                .build();
    }

    /** Takes a terminal; whoever has it sees to it that this is closed at the end. */
    TerminalScreen(Terminal terminal) {
        this.terminal = terminal;
        this.display = new Display(terminal, true);
        this.before = take();
    }

    /** Takes the terminal; returns how it was before. */
    private Attributes take() {
        Attributes then = terminal.enterRawMode();
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
        return then;
    }

    @Override
    public Room room() {
        Size told = terminal.getSize();
        return new Room(known(told.getColumns(), USUAL.columns()), known(told.getRows(), USUAL.lines()));
    }

    /** A terminal may not know its size and says nothing then. */
    private static int known(int told, int otherwise) {
        return told > 0 ? told : otherwise;
    }

    @Override
    public synchronized void show(Room room, List<TextLine> frame) {
        if (closed) {
            return;
        }
        if (!room.equals(shownIn)) {
            shownIn = room;
            display.resize(room.lines(), room.columns());
            display.clear();
        }
        // JLine keeps the list and empties it.
        List<AttributedString> lines = new ArrayList<>();
        frame.forEach(line -> lines.add(styled(line)));
        display.update(lines, NO_CURSOR);
        terminal.flush();
    }

    private static AttributedString styled(TextLine line) {
        AttributedStyle style =
                switch (line.emphasis()) {
                    case PLAIN -> AttributedStyle.DEFAULT;
                    case STRONG -> AttributedStyle.BOLD;
                    case FAINT -> AttributedStyle.DEFAULT.faint();
                    case ALERT -> AttributedStyle.INVERSE;
                };
        return new AttributedString(line.text(), style);
    }

    /** Takes the terminal once more, too: who was stopped and went on finds it as the shell has left it. */
    @Override
    public synchronized void forget() {
        if (!closed) {
            take();
            display.clear();
        }
    }

    @Override
    public Key key(Duration within) throws IOException {
        int read = terminal.reader().read(Math.max(1, within.toMillis()));
        return read == NonBlockingReader.READ_EXPIRED ? Key.NONE : Key.of(read);
    }

    @Override
    public void close() {
        giveBack();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // The process is ending; the hook finds everything done.
        }
    }

    private synchronized void giveBack() {
        if (closed) {
            return;
        }
        closed = true;
        terminal.puts(Capability.cursor_visible);
        terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(before);
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the terminal could not be given back; the command reset does", e);
        }
    }
}
