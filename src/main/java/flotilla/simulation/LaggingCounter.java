package flotilla.simulation;

import flotilla.domain.QueueDepth;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** The queue's counters as SQS tells them: late by a fixed time, and not quite right. */
final class LaggingCounter {
    private record Reading(double at, int visible, int inFlight) {}

    private final double lag;
    private final double noise;
    private final Random random;
    private final Deque<Reading> readings = new ArrayDeque<>();

    /**
     * @param lag in seconds
     * @param noise standard deviation of the relative error
     */
    LaggingCounter(double lag, double noise, Random random) {
        this.lag = lag;
        this.noise = noise;
        this.random = random;
    }

    /** Takes the truth at a moment, and tells what can be read then. Moments ascend. */
    QueueDepth read(double now, int visible, int inFlight) {
        readings.addLast(new Reading(now, visible, inFlight));
        while (readings.size() > 1 && second().at() <= now - lag) {
            readings.removeFirst();
        }
        Reading told = readings.getFirst();
        if (lag > 0 && told.at() > now - lag) {
            // Before the lag has passed for the first time nothing is known to be there.
            return new QueueDepth(0, 0, 0);
        }
        return new QueueDepth(blurred(told.visible()), blurred(told.inFlight()), 0);
    }

    private Reading second() {
        var all = readings.iterator();
        all.next();
        return all.next();
    }

    private int blurred(int truth) {
        return noise == 0 ? truth : (int) Math.max(0, Math.round(truth * (1 + noise * random.nextGaussian())));
    }
}
