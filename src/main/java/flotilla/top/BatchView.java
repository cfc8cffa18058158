package flotilla.top;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Frame after frame as plain text, or look after look as a line of JSON each, for files and pipes. */
public final class BatchView {
    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    private final Watch watch;
    private final Function<View, String> text;
    private final PrintWriter out;
    private final Pause pause;

    private BatchView(Watch watch, Function<View, String> text, PrintWriter out, Pause pause) {
        this.watch = watch;
        this.text = text;
        this.out = out;
        this.pause = pause;
    }

    /**
     * Frames with an empty line between them.
     *
     * @param width columns of a line at most
     */
    public static BatchView frames(Watch watch, int width, Glyphs glyphs, PrintWriter out, Pause pause) {
        return new BatchView(
                watch,
                view -> Frame.of(view, width, Frame.ANY_HEIGHT, glyphs).stream()
                        .map(line -> line.text().stripTrailing() + "\n")
                        .collect(Collectors.joining()),
                out,
                pause);
    }

    /**
     * Columns of this process's terminal, so that a line is one there too; empty when it does not tell.
     *
     * @throws IOException when the terminal cannot be used
     */
    public static OptionalInt columnsOfTerminal() throws IOException {
        return TerminalScreen.columns();
    }

    /** Lines of JSON. */
    public static BatchView json(Watch watch, PrintWriter out, Pause pause) {
        return new BatchView(watch, view -> TopJson.of(view) + "\n", out, pause);
    }

    /**
     * Prints what is known, and what each further look finds.
     *
     * @param between is printed between two looks
     * @param most looks, the one that was made before included
     * @return whether the last look had an answer, or nobody reads any more
     */
    public boolean run(Duration interval, String between, long most) throws InterruptedException {
        print();
        for (long looks = 1; looks < most && !out.checkError(); looks++) {
            pause.of(interval);
            watch.look();
            out.print(between);
            print();
        }
        return watch.view().known().trouble().isEmpty();
    }

    private void print() {
        out.print(text.apply(watch.view()));
        out.flush();
    }
}
