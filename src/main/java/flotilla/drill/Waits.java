package flotilla.drill;

import java.time.Duration;
import java.util.List;

/** Durations in words. */
final class Waits {
    private static final int PERCENT = 100;
    private static final double MILLIS = 1_000;

    private Waits() {}

    /** @param waits in ascending order, one at least */
    static String text(List<Duration> waits) {
        return "median %s, 90 %% %s, longest %s"
                .formatted(seconds(waits, 50), seconds(waits, 90), seconds(waits, PERCENT));
    }

    private static String seconds(List<Duration> waits, int percent) {
        int rank = (int) Math.ceil(waits.size() * percent / (double) PERCENT);
        return "%.1f s".formatted(waits.get(Math.max(0, rank - 1)).toMillis() / MILLIS);
    }
}
