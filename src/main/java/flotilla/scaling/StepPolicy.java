package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One step in each interval, and never more:
 *
 * <pre>
 * desired = active + 1   while visible + in flight &gt; active
 * desired = active − 1   while visible + in flight = 0
 * desired = active       otherwise
 * </pre>
 *
 * Active are those that boot and work, running spares left out. Simple and slow: a fleet of n takes n intervals to come.
 */
public record StepPolicy() implements ScalingPolicy {
    public static final String NAME = "step";

    /** When the last step was taken. */
    record State(Instant lastStep) implements PolicyState {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PolicyState initialState() {
        return new State(Instant.MIN);
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        long messages = (long) input.depth().visible() + input.depth().inFlight();
        int active = input.activeWithoutSpares();
        Instant last = state instanceof State known ? known.lastStep() : Instant.MIN;
        // A look between two ticks is no interval of its own; ticks come a little early or late.
        Instant next = last.equals(Instant.MIN)
                ? input.now()
                : last.plus(input.interval().multipliedBy(9).dividedBy(10));
        boolean due = !input.now().isBefore(next);
        int step = messages > active ? 1 : messages == 0 && active > 0 ? -1 : 0;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("messages", (double) messages);
        figures.put("active", (double) active);
        if (!due) {
            figures.put("nextStepIn", Duration.between(input.now(), next).toMillis() / 1000.0);
        }
        if (step == 0 || !due) {
            return new Desire(active, messages == 0 ? "no-work" : "backlog", figures, new State(last));
        }
        return new Desire(active + step, step > 0 ? "backlog" : "no-work", figures, new State(input.now()));
    }
}
