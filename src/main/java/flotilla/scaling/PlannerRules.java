package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;

/**
 * What the planner keeps to whatever the policy wants.
 *
 * @param limits of the fleet
 * @param schedule minimums by the clock, above {@link ScalingLimits#minInstances}
 * @param steps how much may change at one decision
 * @param shape how instances come and go
 * @param boots what to do about machines that never report
 * @param interval between two regular decisions
 * @param orphanGrace time before an orphan is mended
 * @param settle how long a new supervisor launches nothing and gives no app-tier id, so that EC2 describes what an earlier one has done
 * @param unsettled whether that time is still running
 */
public record PlannerRules(
        ScalingLimits limits,
        MinimumSchedule schedule,
        Steps steps,
        Shape shape,
        BootRule boots,
        Duration interval,
        Duration orphanGrace,
        Duration settle,
        boolean unsettled) {

    /** The fewest instances that there should be at a moment, by a calendar. Pure. */
    @FunctionalInterface
    public interface MinimumSchedule {
        /** No minimum at any time. */
        MinimumSchedule NONE = now -> 0;

        int minimumAt(Instant now);
    }

    /**
     * How much may change at one decision.
     *
     * @param out most instances started at once
     * @param in most instances asked to end at once
     * @param outPaused nothing is started; cancelled drains are no starts
     * @param inPaused nothing is asked to end
     */
    public record Steps(int out, int in, boolean outPaused, boolean inPaused) {
        /** Everything may happen at once. */
        public static final Steps FREE = new Steps(Integer.MAX_VALUE, Integer.MAX_VALUE, false, false);
    }

    /** How instances come and go. */
    public enum Mode {
        /** RunInstances and TerminateInstances. */
        LAUNCH,
        /** StartInstances and StopInstances on a set that was made before. */
        START_STOP,
        /** The desired capacity of an Auto Scaling group, and terminations by name. */
        GROUP,
        /** Workers are started by hand; what is planned is only shown. */
        BY_HAND
    }

    /** How a worker is asked to end. */
    public enum DrainChannel {
        /** A named worker, by a message in the cluster. */
        CLUSTER,
        /** Whoever takes a message from the terminate-request queue first. */
        QUEUES
    }

    /**
     * @param spares instances kept ready beyond those wanted, in mode {@link Mode#LAUNCH}
     * @param sparesStopped whether the spares are stopped and cost no instance time, or run
     * @param replacesAtRisk whether a machine that EC2 recommends to replace is replaced, and then drained; only with drains
     *     by name
     */
    public record Shape(Mode mode, DrainChannel drains, int spares, boolean sparesStopped, boolean replacesAtRisk) {
        /** Launch and terminate, drains by name, no spares. */
        public static final Shape LAUNCH = new Shape(Mode.LAUNCH, DrainChannel.CLUSTER, 0, true);

        /** Recommendations of EC2 are not heeded. */
        public Shape(Mode mode, DrainChannel drains, int spares, boolean sparesStopped) {
            this(mode, drains, spares, sparesStopped, false);
        }

        /** Instances that run beyond those wanted. */
        int runningSpares() {
            return sparesStopped ? 0 : spares;
        }

        boolean heedsRisk() {
            return replacesAtRisk && drains == DrainChannel.CLUSTER;
        }
    }

    /**
     * @param replacementsInARow boots that may fail one after the other before launches are held back
     * @param hold the first time that they are held back; it doubles with each try that fails then, up to an hour
     */
    public record BootRule(int replacementsInARow, Duration hold) {
        /** Three failures, then a minute. */
        public static final BootRule USUAL = new BootRule(3, Duration.ofMinutes(1));

        private static final Duration LONGEST = Duration.ofHours(1);

        /** When the hold of this number, from 1, ends if it begins now. */
        Instant heldUntil(int number, Instant now) {
            return now.plusMillis(Math.min(LONGEST.toMillis(), hold.toMillis() << Math.min(20, number - 1)));
        }
    }

    /** The given limits, and of everything else the usual. */
    public static PlannerRules of(ScalingLimits limits) {
        return new PlannerRules(
                limits,
                MinimumSchedule.NONE,
                Steps.FREE,
                Shape.LAUNCH,
                BootRule.USUAL,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ZERO,
                false);
    }

    public PlannerRules with(Shape other) {
        return new PlannerRules(limits, schedule, steps, other, boots, interval, orphanGrace, settle, unsettled);
    }

    public PlannerRules with(Steps other) {
        return new PlannerRules(limits, schedule, other, shape, boots, interval, orphanGrace, settle, unsettled);
    }

    public PlannerRules with(MinimumSchedule other) {
        return new PlannerRules(limits, other, steps, shape, boots, interval, orphanGrace, settle, unsettled);
    }

    public PlannerRules with(BootRule other) {
        return new PlannerRules(limits, schedule, steps, shape, other, interval, orphanGrace, settle, unsettled);
    }

    /** The same for a supervisor that is new, and with launches held if they are to be. */
    public PlannerRules settling(Duration time, boolean held) {
        return new PlannerRules(limits, schedule, steps, shape, boots, interval, orphanGrace, time, held);
    }

    public PlannerRules with(Duration otherInterval) {
        return new PlannerRules(limits, schedule, steps, shape, boots, otherInterval, orphanGrace, settle, unsettled);
    }
}
