package flotilla.worker;

import flotilla.scaling.ServiceCount;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a worker has done since its start. Safe for all threads. */
final class Tally {
    private final int parallelism;
    private final LongAdder answered = new LongAdder();
    private final LongAdder classified = new LongAdder();
    private final LongAdder busyMicros = new LongAdder();

    /**
     * @param parallelism classifiers side by side
     */
    Tally(int parallelism) {
        this.parallelism = parallelism;
    }

    /** An image left a classifier with an outcome. */
    void classified(double millis) {
        classified.increment();
        busyMicros.add(Math.round(millis * 1000));
    }

    /** A message was answered. */
    void countAnswer() {
        answered.increment();
    }

    /** Messages that were answered. */
    long answered() {
        return answered.sum();
    }

    /** What was classified, and how long the classifiers took for it. */
    ServiceCount service() {
        return new ServiceCount(classified.sum(), Duration.of(busyMicros.sum(), ChronoUnit.MICROS), parallelism);
    }
}
