package flotilla.cost;

import java.time.Duration;

/** Time as seconds with a fraction. */
public final class Seconds {
    public static final double OF_AN_HOUR = 3600;
    private static final double NANOS = 1e9;

    private Seconds() {}

    static double of(Duration time) {
        return time.toNanos() / NANOS;
    }
}
