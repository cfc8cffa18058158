package flotilla.app;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The time of a command that waits. */
interface Pace {
    /** What has passed since some moment; never goes back. */
    Duration now();

    /** Returns when so much has passed. */
    void pause(Duration time) throws InterruptedException;

    /** This machine's. */
    static Pace real() {
        return new Pace() {
            @Override
            public Duration now() {
                return Duration.ofNanos(System.nanoTime());
            }

            @Override
            public void pause(Duration time) throws InterruptedException {
                TimeUnit.NANOSECONDS.sleep(time.toNanos());
            }
        };
    }
}
