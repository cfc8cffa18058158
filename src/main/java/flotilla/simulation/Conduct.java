package flotilla.simulation;

import flotilla.scaling.PlannerRules;
import flotilla.scaling.PlannerRules.MinimumSchedule;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.WorkloadModel;
import java.time.Duration;

/**
 * How the simulated supervisor behaves whatever the policy: the rules that it keeps to, and what it believes at first.
 *
 * @param rules the planner's; of them the maximum, the interval and the shape of the fleet are the simulation's own: instances
 *     are launched and terminated, and drains go by name
 * @param assumed what holds until it has learned better
 * @param debounce how long a burst adds up before it is looked at between two decisions
 */
public record Conduct(PlannerRules rules, WorkloadModel.Assumed assumed, Duration debounce) {
    /** No boot of the simulated world outlasts its allowance more often than once in a thousand. */
    private static final double BOOTS_WITHIN_ALLOWANCE = 0.999;

    private static final double LONGEST_ALLOWANCE = 24 * 3600;

    /** That of the settings' defaults: no minimum, no limits to a step, machines are given five minutes to boot. */
    public static Conduct usual() {
        return new Conduct(
                PlannerRules.of(
                        new ScalingLimits(0, 20, Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofMinutes(5))),
                WorkloadModel.Assumed.usual(),
                Duration.ofMillis(300));
    }

    /** Fewest instances at any time. */
    public int minInstances() {
        return rules.limits().minInstances();
    }

    /**
     * The rules in a world, on a trace. A boot allowance that is shorter than the world's boots is lengthened: a fleet whose
     * every machine is replaced before it is up shows nothing but that. The supervisor is not new when the trace begins.
     */
    PlannerRules rules(World world, Trace trace) {
        ScalingLimits limits = rules.limits();
        double boots = Math.min(LONGEST_ALLOWANCE, world.boot().quantile(BOOTS_WITHIN_ALLOWANCE));
        long allowance = Math.max(limits.bootAllowance().toMillis(), (long) Math.ceil(boots * 1000));
        Duration shift = Duration.between(Simulation.START, trace.start());
        MinimumSchedule schedule = rules.schedule();
        return PlannerRules.of(new ScalingLimits(
                        limits.minInstances(),
                        world.maxInstances(),
                        limits.silentAfter(),
                        limits.deadAfter(),
                        Duration.ofMillis(allowance)))
                .with(shift.isZero() ? schedule : now -> schedule.minimumAt(now.plus(shift)))
                .with(rules.steps())
                .with(rules.boots())
                .with(world.interval());
    }
}
