package flotilla.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What became of one row.
 *
 * @param subjects the models that it measures
 * @param figures empty when it failed
 * @param failure why it failed, one line
 */
record RowResult(String row, List<Subject> subjects, List<Figure> figures, Optional<String> failure, Duration took) {
    RowResult {
        subjects = List.copyOf(subjects);
        figures = List.copyOf(figures);
    }

    static RowResult measured(String row, List<Subject> subjects, List<Figure> figures, Duration took) {
        return new RowResult(row, subjects, figures, Optional.empty(), took);
    }

    static RowResult leftOut(String row, String reason) {
        return measured(row, List.of(), List.of(Figure.leftOut("all", reason)), Duration.ZERO);
    }

    static RowResult failed(String row, List<Subject> subjects, String reason, Duration took) {
        return new RowResult(row, subjects, List.of(), Optional.of(reason), took);
    }
}
