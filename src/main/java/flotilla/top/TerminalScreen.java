package flotilla.top;

import java.io.IOError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
 * It is given back when this is closed, and at the end of the process, whichever signal ends that. From the moment at which somebody
 * wants to give it back nobody steers it any more.
 */
final class TerminalScreen implements Screen {
    private static final Room USUAL = new Room(80, 24);
    private static final int NO_CURSOR = -1;
    /** How long a wait for a key keeps whoever wants to give the terminal back; JLine rounds it up to a tenth of a second. */
    private static final long SLICE_MILLIS = 50;

    private final Terminal terminal;
    private final Keys keys;
    private final Display display;
    private final Attributes before;
    private final Thread atEnd = new Thread(this::giveBack, "give-terminal-back");
    private Room shownIn = new Room(0, 0);
    private Room told = USUAL;
    /** Set before the lock is asked for, which a thread that waits for keys would otherwise take again and again. */
    private volatile boolean ending;

    private boolean givenBack;

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
        this.keys = new Keys(this::read);
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
    public synchronized Room room() {
        if (ending) {
            return told;
        }
        try {
            Size size = terminal.getSize();
            told = new Room(known(size.getColumns(), USUAL.columns()), known(size.getRows(), USUAL.lines()));
        } catch (IOError e) {
            // Ctrl-C ends the program that JLine asks the terminal with, too: it stays as large as it was.
        }
        return told;
    }

    /** A terminal may not know its size and says nothing then. */
    private static int known(int told, int otherwise) {
        return told > 0 ? told : otherwise;
    }

    @Override
    public synchronized void show(Room room, List<TextLine> frame) {
        if (ending) {
            return;
        }
        if (!room.equals(shownIn)) {
            shownIn = room;
            display.resize(room.lines(), room.columns());
            display.clear();
        }
        // A list that JLine may keep, and empty when everything is drawn anew.
        List<AttributedString> lines =
                frame.stream().map(TerminalScreen::styled).collect(Collectors.toCollection(ArrayList::new));
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
        if (!ending) {
            take();
            display.clear();
        }
    }

    @Override
    public Key key(Duration within) throws IOException {
        long until = System.nanoTime() + within.toNanos();
        Optional<Key> key;
        long left = within.toMillis();
        do {
            key = pressed(Math.max(1, Math.min(SLICE_MILLIS, left)));
            left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        } while (key.isEmpty() && left > 0);
        return key.orElse(Key.NONE);
    }

    private int read(long millis) throws IOException {
        int read = terminal.reader().read(millis);
        return read == NonBlockingReader.READ_EXPIRED ? Keys.NONE_IN_TIME : read;
    }

    /** Reading steers the terminal, so that it is locked meanwhile. */
    private synchronized Optional<Key> pressed(long millis) throws IOException {
        return ending ? Optional.of(Key.QUIT) : keys.next(millis);
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

    private void giveBack() {
        ending = true;
        giveBackOnce();
    }

    private synchronized void giveBackOnce() {
        if (givenBack) {
            return;
        }
        givenBack = true;
        terminal.puts(Capability.cursor_normal);
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
