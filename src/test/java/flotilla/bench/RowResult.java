package flotilla.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What became of one row.
 *
 * @param figures empty when it failed
 * @param failure why it failed, one line
 */
record RowResult(String row, List<Figure> figures, Optional<String> failure, Duration took) {
    RowResult {
        figures = List.copyOf(figures);
    }

    static RowResult measured(String row, List<Figure> figures, Duration took) {
        return new RowResult(row, figures, Optional.empty(), took);
    }

    static RowResult failed(String row, String reason, Duration took) {
        return new RowResult(row, List.of(), Optional.of(reason), took);
    }
}
