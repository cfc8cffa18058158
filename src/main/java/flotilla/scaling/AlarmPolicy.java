package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Two alarms on the number of visible messages, and simple scaling behind them:
 *
 * <pre>
 * desired = active + adjustment   when visible &gt; high for a whole period
 * desired = active − adjustment   when visible &lt; low for a whole period
 * desired = active                otherwise, and for a cooldown after each change
 * </pre>
 *
 * Active are those that boot and work, running spares left out.
 *
 * @param high messages above which to scale out
 * @param low messages below which to scale in
 * @param period how long the threshold must be passed
 * @param cooldown after a change
 * @param adjustment instances for each change, at least 1
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html">step and simple
 *     scaling</a>
 */
public record AlarmPolicy(int high, int low, Duration period, Duration cooldown, int adjustment)
        implements ScalingPolicy {
    public static final String NAME = "alarm";

    public AlarmPolicy {
        if (low < 0 || high < low || adjustment < 1) {
            throw new IllegalArgumentException("an alarm needs 0 <= low <= high and an adjustment of at least 1");
        }
    }

    /**
     * @param highSince since when the upper threshold is passed; {@link Instant#MAX} while it is not
     * @param lowSince since when the lower threshold is passed; {@link Instant#MAX} while it is not
     * @param lastChange when capacity was changed last
     */
    record State(Instant highSince, Instant lowSince, Instant lastChange) implements PolicyState {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PolicyState initialState() {
        return new State(Instant.MAX, Instant.MAX, Instant.MIN);
    }

    @Override
    public Desire desire(PolicyInput input, PolicyState state) {
        State before = state instanceof State known ? known : (State) initialState();
        Instant now = input.now();
        int visible = input.depth().visible();
        int active = input.activeWithoutSpares();
        Instant highSince = visible > high ? earlier(before.highSince(), now) : Instant.MAX;
        Instant lowSince = visible < low ? earlier(before.lowSince(), now) : Instant.MAX;
        boolean cooling = !before.lastChange().equals(Instant.MIN)
                && now.isBefore(before.lastChange().plus(cooldown));
        boolean out = !cooling && hasLasted(highSince, now);
        boolean in = !cooling && hasLasted(lowSince, now) && active > 0;
        int desired = out ? active + adjustment : in ? Math.max(0, active - adjustment) : active;
        Instant lastChange = out || in ? now : before.lastChange();
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("visible", (double) visible);
        figures.put("high", (double) high);
        figures.put("low", (double) low);
        figures.put("period", seconds(period));
        if (visible > high) {
            figures.put("highFor", seconds(Duration.between(highSince, now)));
        } else if (visible < low) {
            figures.put("lowFor", seconds(Duration.between(lowSince, now)));
        }
        if (cooling) {
            figures.put(
                    "cooldownLeft",
                    seconds(Duration.between(now, before.lastChange().plus(cooldown))));
        }
        return new Desire(
                desired,
                visible > high ? "backlog" : visible < low ? "no-work" : "steady",
                figures,
                new State(highSince, lowSince, lastChange));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private boolean hasLasted(Instant since, Instant now) {
        return !since.equals(Instant.MAX) && Duration.between(since, now).compareTo(period) >= 0;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
