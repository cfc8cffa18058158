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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A kind of policy with all the settings that it is tried with.
 *
 * @param settings by how a table names them; at least one
 */
public record Contender(String name, Map<String, ScalingPolicy> settings) {
    private static final int[] MESSAGES = {1, 10, 40, 80, 120, 160, 200, 220};
    private static final int[] WINDOWS = {0, 300};

    public Contender {
        settings = new LinkedHashMap<>(settings);
    }

    /** Every kind; {@code backlog-time} first, with its one setting. */
    public static List<Contender> all(World world) {
        List<Contender> all = new ArrayList<>();
        all.add(new Contender(
                BacklogTimePolicy.NAME, Map.of("as it comes", new BacklogTimePolicy(world.slo(), world.attainment()))));
        all.add(new Contender("aws-target-tracking", targetTracking(world)));
        all.add(new Contender("keda", keda()));
        all.add(new Contender("buildkite", buildkite()));
        all.add(new Contender(BacklogPerInstancePolicy.NAME, backlogPerInstance(world)));
        all.add(new Contender(MessageCountPolicy.NAME, messageCount()));
        all.add(new Contender(StepPolicy.NAME, Map.of("as it comes", new StepPolicy())));
        all.add(new Contender(AlarmPolicy.NAME, alarm()));
        return all;
    }

    private static Map<String, ScalingPolicy> targetTracking(World world) {
        Map<String, ScalingPolicy> settings = new LinkedHashMap<>();
        Duration warmUp = Duration.ofMillis(Math.round(world.boot().quantile(0.9) * 1000));
        for (int target : MESSAGES) {
            settings.put("target " + target, new TargetTracking(target, warmUp));
        }
        return settings;
    }

    private static Map<String, ScalingPolicy> keda() {
        Map<String, ScalingPolicy> settings = new LinkedHashMap<>();
        for (int window : WINDOWS) {
            for (int length : MESSAGES) {
                settings.put(
                        "queueLength " + length + ", window " + window + " s",
                        new Keda(length, Duration.ofSeconds(window), Duration.ofSeconds(Math.max(30, window))));
            }
        }
        return settings;
    }

    private static Map<String, ScalingPolicy> buildkite() {
        Map<String, ScalingPolicy> settings = new LinkedHashMap<>();
        for (int cooldown : WINDOWS) {
            for (int jobs : MESSAGES) {
                settings.put(
                        jobs + " a machine, cooldown " + cooldown + " s",
                        new Buildkite(jobs, Duration.ofSeconds(cooldown)));
            }
        }
        return settings;
    }

    private static Map<String, ScalingPolicy> backlogPerInstance(World world) {
        Map<String, ScalingPolicy> settings = new LinkedHashMap<>();
        for (int window : WINDOWS) {
            for (int part = 1; part <= 8; part++) {
                long latency = world.slo().toSeconds() * part / 8;
                settings.put(
                        "latency " + latency + " s, window " + window + " s",
                        new BacklogPerInstancePolicy(
                                Duration.ofSeconds(latency),
                                Optional.empty(),
                                true,
                                0,
                                0.1,
                                Duration.ofSeconds(window)));
            }
        }
        return settings;
    }

    private static Map<String, ScalingPolicy> messageCount() {
        Map<String, ScalingPolicy> settings = new LinkedHashMap<>();
        for (int messages : MESSAGES) {
            settings.put(messages + " an instance", new MessageCountPolicy(messages));
        }
        return settings;
    }

    private static Map<String, ScalingPolicy> alarm() {
        Map<String, ScalingPolicy> settings = new LinkedHashMap<>();
        for (int high : new int[] {25, 100}) {
            for (int step : new int[] {1, 2, 5}) {
                settings.put(
                        "above " + high + " by " + step,
                        new AlarmPolicy(high, 2, Duration.ofMinutes(1), Duration.ofMinutes(1), step));
            }
        }
        return settings;
    }
}
