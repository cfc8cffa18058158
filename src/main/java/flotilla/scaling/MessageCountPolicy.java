package flotilla.scaling;

import flotilla.domain.QueueDepth;
import java.time.Instant;

/**
 * One instance for each so many messages:
 *
 * <pre>desired = ⌈(visible + in flight) / messagesPerInstance⌉</pre>
 *
 * With one message per instance this starts a machine for each image, as early as possible and at the highest price.
 */
public record MessageCountPolicy(int messagesPerInstance) implements ScalingPolicy {
    public MessageCountPolicy {
        if (messagesPerInstance < 1) {
            throw new IllegalArgumentException("messagesPerInstance is at least 1, not " + messagesPerInstance);
        }
    }

    @Override
    public String name() {
        return "message-count";
    }

    @Override
    public Desire desire(QueueDepth depth, FleetObservation observation, PolicyState state, Instant now) {
        long messages = (long) depth.visible() + depth.inFlight();
        long desired = (messages + messagesPerInstance - 1) / messagesPerInstance;
        return new Desire((int) Math.min(Integer.MAX_VALUE, desired), messages == 0 ? "no-work" : "backlog", state);
    }
}
