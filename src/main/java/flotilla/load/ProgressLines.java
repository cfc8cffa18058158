package flotilla.load;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** A line every few seconds. */
record ProgressLines(PrintWriter out, Duration every) implements Progress {
    @Override
    public void show(Tally tally) {
        String total = tally.total().isPresent() ? " of " + tally.total().getAsLong() : "";
        out.printf(
                Locale.ROOT,
                "%4d s  %d%s done: %s%n",
                tally.elapsed().toSeconds(),
                tally.ended(),
                total,
                tally.counts());
        out.flush();
    }

    @Override
    public void close() {}
}
