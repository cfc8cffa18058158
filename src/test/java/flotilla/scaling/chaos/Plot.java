package flotilla.scaling.chaos;

import flotilla.scaling.BacklogPerInstancePolicy;
import flotilla.scaling.BacklogTimePolicy;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.StepPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What kind of world a seed gives. Times are shorter than in life, and keep to the same order. */
final class Plot {
    static final int MOST = 6;
    static final int INTERVAL = 10;
    /** A message in the cluster is never later than this. */
    static final int LATEST_MESSAGE = 15;
    /** EC2 describes nothing later than this. */
    static final int DESCRIBE_LAG = 8;
    /** From the sending of the last report that was acknowledged to a worker's fence. */
    static final int FENCE = 40;

    static final int DEAD_AFTER = FENCE + 10;
    /** From then on a worker gives back what it has in hand, and ends if that was anything. */
    static final int FENCE_END = DEAD_AFTER - 3;

    static final int SILENT_AFTER = 12;
    static final int BOOT_ALLOWANCE = 60;
    static final int LONGEST_BOOT = 40;

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final Mode mode;
    private final DrainChannel channel;
    private final ScalingPolicy policy;
    private final int spares;
    private final int minimum;
    private final boolean settles;
    private final boolean meddled;
    private final boolean flaps;
    private final Instant start;

    Plot(Chance chance) {
        int which = chance.below(10);
        this.mode = which < 5 ? Mode.LAUNCH : which < 8 ? Mode.START_STOP : Mode.GROUP;
        this.channel = chance.oneIn(3) ? DrainChannel.QUEUES : DrainChannel.CLUSTER;
        this.policy = switch (chance.below(6)) {
            case 0 -> new StepPolicy();
            case 1 ->
                new BacklogPerInstancePolicy(
                        Duration.ofSeconds(2),
                        Optional.of(Duration.ofSeconds(1)),
                        true,
                        0,
                        0.1,
                        Duration.ofSeconds(20));
            case 2 -> new BacklogTimePolicy(Duration.ofSeconds(60), 0.9);
            default -> new MessageCountPolicy(1);
        };
        this.spares = mode == Mode.LAUNCH && chance.oneIn(5) ? 2 : 0;
        this.minimum = chance.oneIn(6) ? 1 : 0;
        this.settles = chance.oneIn(2);
        this.meddled = chance.oneIn(5);
        this.flaps = chance.oneIn(3);
        // Without settling, tokens alone keep launches from being doubled: within an hour they do.
        this.start = NOON.plusSeconds(settles ? chance.below(3600) : 60);
    }

    Mode mode() {
        return mode;
    }

    /** So many images that the policy wants every machine it may have. */
    int plenty() {
        return policy instanceof BacklogTimePolicy ? 100 * MOST : 2 * MOST;
    }

    DrainChannel channel() {
        return channel;
    }

    ScalingPolicy policy() {
        return policy;
    }

    Instant start() {
        return start;
    }

    /** Whether tags are changed by hand. */
    boolean meddled() {
        return meddled;
    }

    /** Whether EC2's descriptions may go back in time from one call to the next. */
    boolean flaps() {
        return flaps;
    }

    /** Whether a new supervisor may come with other launch parameters: only the settling time covers that. */
    boolean mayChangeParameters() {
        return settles;
    }

    /** How many machines live when there is nothing to do. */
    int atRest() {
        return minimum;
    }

    PlannerRules rules() {
        ScalingLimits limits = new ScalingLimits(
                minimum,
                MOST,
                Duration.ofSeconds(SILENT_AFTER),
                Duration.ofSeconds(DEAD_AFTER),
                Duration.ofSeconds(BOOT_ALLOWANCE));
        return new PlannerRules(
                limits,
                PlannerRules.MinimumSchedule.NONE,
                PlannerRules.Steps.FREE,
                new PlannerRules.Shape(mode, channel, spares, true),
                new PlannerRules.BootRule(3, Duration.ofSeconds(20)),
                Duration.ofSeconds(INTERVAL),
                Duration.ofSeconds(30),
                Duration.ofSeconds(settles ? DESCRIBE_LAG + 2 : 0),
                false);
    }

    @Override
    public String toString() {
        return "mode " + mode + ", channel " + channel + ", policy " + policy.name() + ", minimum " + minimum
                + ", spares " + spares + (settles ? ", settling" : "") + (meddled ? ", meddled" : "")
                + (flaps ? ", flapping" : "") + ", from " + start;
    }
}
