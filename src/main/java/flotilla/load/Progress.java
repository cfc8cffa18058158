package flotilla.load;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.OptionalLong;

/** Shows where a run stands while it runs. Used by one thread at a time; closed at the end of the run. */
public interface Progress extends AutoCloseable {
    /** Time between two looks. */
    Duration every();

    void show(Tally tally);

    @Override
    void close();

    /** A line every few seconds, for files and pipes. */
    static Progress lines(PrintWriter out, Duration every) {
        return new ProgressLines(out, every);
    }

    /**
     * A bar that moves, for terminals.
     *
     * @param total requests of the run, when that is known
     */
    static Progress bar(PrintStream terminal, OptionalLong total) {
        return new MovingBar(terminal, total);
    }
}
