package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The supervisor.
 *
 * @param interval time between two reconciliations
 * @param debounce how long a burst adds up before it is looked at between two ticks
 * @param messagesPerInstance for {@link Policy#MESSAGE_COUNT}
 * @param silentAfter silence after which a worker is not counted as capacity
 * @param bootAllowance silence after launch after which an instance is taken for dead
 * @param dryRun decide and log, change nothing
 * @param history decisions that are remembered
 */
public record ScalingSettings(
        Policy policy,
        Duration interval,
        Duration debounce,
        int minInstances,
        int maxInstances,
        int messagesPerInstance,
        Duration silentAfter,
        Duration bootAllowance,
        boolean dryRun,
        int history) {
    /** How desired capacity is computed. */
    public enum Policy {
        MESSAGE_COUNT
    }

    public ScalingSettings {
        Checks.within(interval, Duration.ofMillis(100), Duration.ofHours(1), "flotilla.scaling.interval");
        Checks.notNegative(debounce, "flotilla.scaling.debounce");
        Checks.atLeast(minInstances, 0, "flotilla.scaling.min-instances");
        Checks.that(
                maxInstances >= Math.max(1, minInstances) && maxInstances <= 1000,
                "flotilla.scaling.max-instances",
                "from min-instances (and at least 1) to 1000, not " + maxInstances);
        Checks.atLeast(messagesPerInstance, 1, "flotilla.scaling.messages-per-instance");
        Checks.positive(silentAfter, "flotilla.scaling.silent-after");
        Checks.positive(bootAllowance, "flotilla.scaling.boot-allowance");
        Checks.atLeast(history, 1, "flotilla.scaling.history");
    }

    static ScalingSettings from(Config config) {
        return new ScalingSettings(
                Choice.of(Policy.class, config.getString("policy"), "flotilla.scaling.policy"),
                config.getDuration("interval"),
                config.getDuration("debounce"),
                config.getInt("min-instances"),
                config.getInt("max-instances"),
                config.getInt("messages-per-instance"),
                config.getDuration("silent-after"),
                config.getDuration("boot-allowance"),
                config.getBoolean("dry-run"),
                config.getInt("history"));
    }
}
