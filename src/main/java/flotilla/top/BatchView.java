package flotilla.top;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
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
    private final BooleanSupplier nobodyReads;
    private final Pause pause;

    private BatchView(
            Watch watch, Function<View, String> text, PrintWriter out, BooleanSupplier nobodyReads, Pause pause) {
        this.watch = watch;
        this.text = text;
        this.out = out;
        this.nobodyReads = nobodyReads;
        this.pause = pause;
    }

    /**
     * Frames with an empty line between them.
     *
     * @param width columns of a line at most
     * @param nobodyReads whether what was printed last could not be written, because its reader is gone
     */
    public static BatchView frames(
            Watch watch, int width, Glyphs glyphs, PrintWriter out, BooleanSupplier nobodyReads, Pause pause) {
        return new BatchView(
                watch,
                view -> Frame.of(view, width, Frame.ANY_HEIGHT, glyphs).stream()
                        .map(line -> line.text().stripTrailing() + "\n")
                        .collect(Collectors.joining()),
                out,
                nobodyReads,
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

    /**
     * Lines of JSON.
     *
     * @param nobodyReads as of frames
     */
    public static BatchView json(Watch watch, PrintWriter out, BooleanSupplier nobodyReads, Pause pause) {
        return new BatchView(watch, view -> TopJson.of(view) + "\n", out, nobodyReads, pause);
    }

    /**
     * Prints what is known, and what each further look finds, until it has looked often enough or nobody reads any more.
     *
     * @param between is printed between two looks
     * @param most looks, the one that was made before included
     */
    public void run(Duration interval, String between, long most) throws InterruptedException {
        print();
        for (long looks = 1; looks < most && !nobodyReads.getAsBoolean(); looks++) {
            pause.of(interval);
            watch.look();
            out.print(between);
            print();
        }
    }

    private void print() {
        out.print(text.apply(watch.view()));
        out.flush();
    }
}
