package flotilla.scaling;

import java.time.Duration;

/**
 * What every policy must keep to.
 *
 * @param minInstances fewest instances
 * @param maxInstances most instances, and the highest app-tier id
 * @param silentAfter silence after which a worker is not capacity
 * @param deadAfter silence after which a worker has fenced itself and its instance may be terminated. With <i>F</i> the time
 *     from the sending of the last report that was acknowledged to the worker's fence, and <i>R</i> the longest that a receive
 *     may still be under way then, it must be longer than <i>F + R</i>: silence counts from when a report was heard, which is
 *     never before it was sent, and every report that is acknowledged was heard
 * @param bootAllowance time from launch within which an instance need not have reported
 */
public record ScalingLimits(
        int minInstances, int maxInstances, Duration silentAfter, Duration deadAfter, Duration bootAllowance) {
    public ScalingLimits {
        if (minInstances < 0 || maxInstances < 1 || minInstances > maxInstances) {
            throw new IllegalArgumentException("limits must be 0 <= min <= max and 1 <= max");
        }
    }

    int clamp(int desired, int scheduledMinimum) {
        int least = Math.min(maxInstances, Math.max(minInstances, scheduledMinimum));
        return Math.max(least, Math.min(maxInstances, desired));
    }
}
