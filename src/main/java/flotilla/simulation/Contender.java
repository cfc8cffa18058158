package flotilla.simulation;

import flotilla.scaling.AlarmPolicy;
import flotilla.scaling.BacklogPerInstancePolicy;
import flotilla.scaling.BacklogTimePolicy;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.StepPolicy;
import flotilla.simulation.baseline.Buildkite;
import flotilla.simulation.baseline.Keda;
import flotilla.simulation.baseline.TargetTracking;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of policy with the knobs that it is tried with.
 *
 * @param name as a table has it
 * @param knobs none for a policy that has nothing to choose
 * @param label how a table names a setting
 * @param policy of a setting: a value for each knob, in their order
 */
record Contender(String name, List<Knob> knobs, Function<int[], String> label, Function<int[], ScalingPolicy> policy) {

    /**
     * Something to choose.
     *
     * @param values tried first, all of them with all of the other knobs'; ascending
     * @param finest between two of these values nothing nearer to another than this is tried; 0 for no others at all
     */
    record Knob(List<Integer> values, int finest) {
        Knob {
            values = List.copyOf(values);
        }

        static Knob of(int finest, Integer... values) {
            return new Knob(List.of(values), finest);
        }
    }

    /** Messages for each instance; more than 240 take longer than 120 s at half a second each. */
    private static final Knob MESSAGES = Knob.of(5, 1, 10, 40, 80, 120, 160, 200, 235);

    private static final Knob WINDOW = Knob.of(30, 0, 120, 300);

    Contender {
        knobs = List.copyOf(knobs);
    }

    /** Every kind; {@code backlog-time} first, with its one setting. */
    static List<Contender> all(World world) {
        return List.of(
                fixed(BacklogTimePolicy.NAME, new BacklogTimePolicy(world.slo(), world.attainment())),
                targetTracking(world),
                new Contender(
                        "keda",
                        List.of(MESSAGES, WINDOW, Knob.of(0, 30, 300)),
                        at -> String.format("queueLength %d, window %d s, cooldown %d s", at[0], at[1], at[2]),
                        at -> new Keda(at[0], seconds(at[1]), seconds(at[2]))),
                new Contender(
                        "buildkite",
                        List.of(MESSAGES, WINDOW),
                        at -> String.format("%d a machine, cooldown %d s", at[0], at[1]),
                        at -> new Buildkite(at[0], seconds(at[1]))),
                backlogPerInstance(world),
                new Contender(
                        MessageCountPolicy.NAME,
                        List.of(MESSAGES),
                        at -> at[0] + " an instance",
                        at -> new MessageCountPolicy(at[0])),
                fixed(StepPolicy.NAME, new StepPolicy()),
                new Contender(
                        AlarmPolicy.NAME,
                        List.of(Knob.of(10, 25, 100, 200), Knob.of(0, 1, 2, 5), Knob.of(0, 60, 300)),
                        at -> String.format("above %d by %d, cooldown %d s", at[0], at[1], at[2]),
                        at -> new AlarmPolicy(at[0], 2, Duration.ofMinutes(1), seconds(at[2]), at[1])));
    }

    private static Contender fixed(String name, ScalingPolicy policy) {
        return new Contender(name, List.of(), at -> "as it comes", at -> policy);
    }

    private static Contender targetTracking(World world) {
        Duration warmUp = Duration.ofMillis(Math.round(world.boot().quantile(0.9) * 1000));
        return new Contender(
                "aws-target-tracking",
                List.of(MESSAGES, Knob.of(0, 1, 2, 20)),
                at -> String.format("target %d, at most %d off a minute", at[0], at[1]),
                at -> new TargetTracking(at[0], warmUp, at[1]));
    }

    private static Contender backlogPerInstance(World world) {
        int slo = (int) world.slo().toSeconds();
        return new Contender(
                BacklogPerInstancePolicy.NAME,
                List.of(
                        Knob.of(Math.max(1, slo / 40), slo / 8, slo / 4, slo / 2, slo * 3 / 4, slo * 7 / 8, slo),
                        WINDOW),
                at -> String.format("latency %d s, window %d s", at[0], at[1]),
                at -> new BacklogPerInstancePolicy(
                        seconds(Math.max(1, at[0])), Optional.empty(), true, 0, 0.1, seconds(at[1])));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
