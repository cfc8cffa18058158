package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;
import java.time.ZoneId;
import java.time.zone.ZoneRulesException;
import java.util.List;
import java.util.Optional;

/**
 * The supervisor.
 *
 * @param policy what decides
 * @param shadow policies that vote and are not heeded
 * @param interval time between two reconciliations
 * @param debounce how long a burst adds up before it is looked at between two ticks
 * @param slo from acceptance to answer
 * @param attainment the share of images that shall meet it
 * @param messagesPerInstance for {@link Policy#MESSAGE_COUNT}
 * @param silentAfter silence after which a worker is not counted as capacity
 * @param bootAllowance silence after launch after which an instance is taken for dead
 * @param orphanGrace time before an orphan is mended
 * @param settle how long a new supervisor launches nothing
 * @param dryRun decide and log, change nothing
 * @param history decisions that are remembered
 * @param ledger whether decisions are kept in the output bucket
 */
public record ScalingSettings(
        Policy policy,
        List<Policy> shadow,
        Duration interval,
        Duration debounce,
        int minInstances,
        int maxInstances,
        List<ScheduledMinimum> schedule,
        Steps steps,
        Duration slo,
        double attainment,
        int messagesPerInstance,
        Alarm alarm,
        BacklogPerInstance backlogPerInstance,
        Assumed assumed,
        Duration silentAfter,
        Duration bootAllowance,
        Replacements replacements,
        Duration orphanGrace,
        Duration settle,
        boolean dryRun,
        int history,
        boolean ledger) {
    /** How desired capacity is computed. */
    public enum Policy {
        BACKLOG_TIME,
        MESSAGE_COUNT,
        STEP,
        ALARM,
        BACKLOG_PER_INSTANCE
    }

    /**
     * A minimum by the clock.
     *
     * @param cron when it begins: minute, hour, day of month, month, day of week
     * @param duration how long it holds
     */
    public record ScheduledMinimum(String cron, Duration duration, int minInstances, ZoneId zone) {
        private static final String KEY = "flotilla.scaling.schedule";

        public ScheduledMinimum {
            Checks.notBlank(cron, KEY + ".cron");
            Checks.positive(duration, KEY + ".duration");
            Checks.atLeast(minInstances, 1, KEY + ".min-instances");
        }

        static ScheduledMinimum from(Config config) {
            String zone = config.hasPath("zone") ? config.getString("zone") : "UTC";
            try {
                return new ScheduledMinimum(
                        config.getString("cron"),
                        config.getDuration("duration"),
                        config.getInt("min-instances"),
                        ZoneId.of(zone));
            } catch (ZoneRulesException e) {
                throw new SettingsException(
                        KEY + ".zone must be a time zone such as Europe/Berlin, not \"" + zone + "\"", e);
            }
        }
    }

    /**
     * How much may change at one decision.
     *
     * @param out most instances started at once; 0 for no limit
     * @param in most instances asked to end at once; 0 for no limit
     */
    public record Steps(int out, int in, boolean outPaused, boolean inPaused) {
        public Steps {
            Checks.atLeast(out, 0, "flotilla.scaling.scale-out.step");
            Checks.atLeast(in, 0, "flotilla.scaling.scale-in.step");
        }
    }

    /** For {@link Policy#ALARM}: thresholds in visible messages. */
    public record Alarm(int high, int low, Duration period, Duration cooldown, int adjustment) {
        public Alarm {
            Checks.atLeast(low, 0, "flotilla.scaling.alarm.low");
            Checks.that(high >= low, "flotilla.scaling.alarm.high", "at least flotilla.scaling.alarm.low");
            Checks.notNegative(period, "flotilla.scaling.alarm.period");
            Checks.notNegative(cooldown, "flotilla.scaling.alarm.cooldown");
            Checks.atLeast(adjustment, 1, "flotilla.scaling.alarm.adjustment");
        }
    }

    /**
     * For {@link Policy#BACKLOG_PER_INSTANCE}.
     *
     * @param acceptableLatency how long a message may wait
     * @param processingTime of an image on one instance; empty to learn it
     */
    public record BacklogPerInstance(
            Duration acceptableLatency,
            Optional<Duration> processingTime,
            boolean countInFlight,
            int activation,
            double tolerance,
            Duration stabilization) {
        public BacklogPerInstance {
            Checks.positive(acceptableLatency, "flotilla.scaling.backlog-per-instance.acceptable-latency");
            processingTime.ifPresent(
                    time -> Checks.positive(time, "flotilla.scaling.backlog-per-instance.processing-time"));
            Checks.atLeast(activation, 0, "flotilla.scaling.backlog-per-instance.activation");
            Checks.that(
                    tolerance >= 0 && tolerance < 1,
                    "flotilla.scaling.backlog-per-instance.tolerance",
                    "from 0 to below 1, not " + tolerance);
            Checks.notNegative(stabilization, "flotilla.scaling.backlog-per-instance.stabilization");
        }
    }

    /** What holds until it was learned. */
    public record Assumed(Duration serviceTime, Duration bootMedian, Duration bootP90) {
        public Assumed {
            Checks.positive(serviceTime, "flotilla.scaling.assumed.service-time");
            Checks.positive(bootMedian, "flotilla.scaling.assumed.boot-median");
            Checks.that(
                    bootP90.compareTo(bootMedian) > 0,
                    "flotilla.scaling.assumed.boot-p90",
                    "longer than flotilla.scaling.assumed.boot-median");
        }
    }

    /** Boots that may fail one after the other, and how long launches are held back then. */
    public record Replacements(int inARow, Duration hold) {
        public Replacements {
            Checks.atLeast(inARow, 1, "flotilla.scaling.replacements.in-a-row");
            Checks.positive(hold, "flotilla.scaling.replacements.hold");
        }
    }

    public ScalingSettings {
        shadow = List.copyOf(shadow);
        schedule = List.copyOf(schedule);
        Checks.within(interval, Duration.ofMillis(100), Duration.ofHours(1), "flotilla.scaling.interval");
        Checks.notNegative(debounce, "flotilla.scaling.debounce");
        Checks.atLeast(minInstances, 0, "flotilla.scaling.min-instances");
        Checks.that(
                maxInstances >= Math.max(1, minInstances) && maxInstances <= 1000,
                "flotilla.scaling.max-instances",
                "from min-instances (and at least 1) to 1000, not " + maxInstances);
        Checks.positive(slo, "flotilla.scaling.slo");
        Checks.that(
                attainment > 0 && attainment < 1,
                "flotilla.scaling.attainment",
                "between 0 and 1, such as 0.99, not " + attainment);
        Checks.atLeast(messagesPerInstance, 1, "flotilla.scaling.messages-per-instance");
        Checks.positive(silentAfter, "flotilla.scaling.silent-after");
        Checks.positive(bootAllowance, "flotilla.scaling.boot-allowance");
        Checks.notNegative(orphanGrace, "flotilla.scaling.orphan-grace");
        Checks.notNegative(settle, "flotilla.scaling.settle");
        Checks.atLeast(history, 1, "flotilla.scaling.history");
    }

    static ScalingSettings from(Config config) {
        Config backlog = config.getConfig("backlog-per-instance");
        return new ScalingSettings(
                policy(config.getString("policy"), "flotilla.scaling.policy"),
                config.getStringList("shadow").stream()
                        .map(name -> policy(name, "flotilla.scaling.shadow"))
                        .toList(),
                config.getDuration("interval"),
                config.getDuration("debounce"),
                config.getInt("min-instances"),
                config.getInt("max-instances"),
                config.getConfigList("schedule").stream()
                        .map(ScheduledMinimum::from)
                        .toList(),
                new Steps(
                        config.getInt("scale-out.step"),
                        config.getInt("scale-in.step"),
                        config.getBoolean("scale-out.paused"),
                        config.getBoolean("scale-in.paused")),
                config.getDuration("slo"),
                config.getDouble("attainment"),
                config.getInt("messages-per-instance"),
                new Alarm(
                        config.getInt("alarm.high"),
                        config.getInt("alarm.low"),
                        config.getDuration("alarm.period"),
                        config.getDuration("alarm.cooldown"),
                        config.getInt("alarm.adjustment")),
                new BacklogPerInstance(
                        backlog.getDuration("acceptable-latency"),
                        Optional.of(backlog.getDuration("processing-time")).filter(time -> !time.isZero()),
                        backlog.getBoolean("count-in-flight"),
                        backlog.getInt("activation"),
                        backlog.getDouble("tolerance"),
                        backlog.getDuration("stabilization")),
                new Assumed(
                        config.getDuration("assumed.service-time"),
                        config.getDuration("assumed.boot-median"),
                        config.getDuration("assumed.boot-p90")),
                config.getDuration("silent-after"),
                config.getDuration("boot-allowance"),
                new Replacements(config.getInt("replacements.in-a-row"), config.getDuration("replacements.hold")),
                config.getDuration("orphan-grace"),
                config.getDuration("settle"),
                config.getBoolean("dry-run"),
                config.getInt("history"),
                config.getBoolean("ledger"));
    }

    private static Policy policy(String name, String key) {
        return Choice.of(Policy.class, name, key);
    }
}
