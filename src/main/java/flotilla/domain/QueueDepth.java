package flotilla.domain;

/**
 * The number of messages that a queue holds, as SQS approximates it.
 *
 * @param visible waiting for a receiver
 * @param inFlight received and not yet deleted
 * @param delayed not yet visible
 */
public record QueueDepth(int visible, int inFlight, int delayed) {
    public QueueDepth {
        if (visible < 0 || inFlight < 0 || delayed < 0) {
            throw new IllegalArgumentException("a queue's depth is never negative");
        }
    }

    /** Everything that is still to be answered. */
    public int messages() {
        return (int) Math.min(Integer.MAX_VALUE, (long) visible + inFlight + delayed);
    }
}
