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
    /** To give back what a worker has in hand when its last receive has ended, and for clocks that go at unequal speeds. */
    private static final Duration FENCE_MARGIN = Duration.ofSeconds(10);

    /**
     * A worker asks for nothing more from <i>s + F</i> on, with <i>s</i> when it sent the last report that was acknowledged and
     * <i>F</i> its self-fence; a receive that is under way then may bring something for a receive's wait <i>R</i> more. The
     * supervisor heard that report at <i>h ≥ s</i>, so that <i>h + F + R + margin</i> comes after both; and before <i>s + F + R + margin</i>
     * the worker gives back what it still has in hand.
     *
     * @param selfFence the time <i>F</i>
     * @param receiveWait the time <i>R</i>
     */
    public static Duration deadAfter(Duration selfFence, Duration receiveWait) {
        return selfFence.plus(receiveWait).plus(FENCE_MARGIN);
    }

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
