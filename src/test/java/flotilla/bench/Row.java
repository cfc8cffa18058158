package flotilla.bench;

import java.util.List;
import java.util.Optional;

/** One row of the benchmark. It stands on its own: what it needs it starts, and ends. */
interface Row {
    /** What {@code --only} calls it. */
    String name();

    /** What it measures, in one line. */
    String about(Subject asked);

    /** Which models it measures when this one is asked for; none for what has no model. */
    default List<Subject> subjects(Subject asked) {
        return List.of(asked);
    }

    /** Why it is left out when this model is asked for; empty when it is measured. */
    default Optional<String> leftOut(Subject asked) {
        return Optional.empty();
    }

    /**
     * Measures; takes minutes.
     *
     * @throws Exception when it cannot; the other rows are measured all the same
     */
    List<Figure> measure(Lab lab) throws Exception;
}
