package flotilla.bench;

import java.util.List;

/** One row of the benchmark. It stands on its own: what it needs it starts, and ends. */
interface Row {
    /** What {@code --only} calls it. */
    String name();

    /** What it measures, in one line. */
    String about();

    /**
     * Measures; takes minutes.
     *
     * @throws Exception when it cannot; the other rows are measured all the same
     */
    List<Figure> measure(Lab lab) throws Exception;
}
