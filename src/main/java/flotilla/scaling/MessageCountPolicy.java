package flotilla.scaling;

import java.util.Map;

/**
 * One instance for each so many messages:
 *
 * <pre>desired = ⌈(visible + in flight) / messagesPerInstance⌉</pre>
 *
 * With one message per instance this starts a machine for each image, as early as possible and at the highest price.
 */
public record MessageCountPolicy(int messagesPerInstance) implements ScalingPolicy {
    public static final String NAME = "message-count";

    public MessageCountPolicy {
        if (messagesPerInstance < 1) {
            throw new IllegalArgumentException("messagesPerInstance is at least 1, not " + messagesPerInstance);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        long messages = (long) input.depth().visible() + input.depth().inFlight();
        long desired = (messages + messagesPerInstance - 1) / messagesPerInstance;
        return new Desire(
                (int) Math.min(Integer.MAX_VALUE, desired),
                messages == 0 ? "no-work" : "backlog",
                Map.of("messages", (double) messages, "messagesPerInstance", (double) messagesPerInstance),
                state);
    }
}
