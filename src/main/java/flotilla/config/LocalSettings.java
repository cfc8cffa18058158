package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;

/**
 * The embedded cloud.
 *
 * @param sqsPort, s3Port, ec2Port ports on loopback; 0 for a free one
 * @param bootDelay from RunInstances until the worker process starts and the instance says running
 * @param workerJvmOptions options of each worker's JVM
 * @param stopGrace how long a terminated worker process may take before it is killed
 * @param terminatedVisible how long a terminated instance is still described
 */
public record LocalSettings(
        int sqsPort,
        int s3Port,
        int ec2Port,
        Duration bootDelay,
        List<String> workerJvmOptions,
        Duration stopGrace,
        Duration terminatedVisible) {
    /** What a worker takes for that after its grace, at most. */
    private static final Duration GIVING_BACK = Duration.ofSeconds(10);

    public LocalSettings {
        Checks.port(sqsPort, "flotilla.local.sqs-port");
        Checks.port(s3Port, "flotilla.local.s3-port");
        Checks.port(ec2Port, "flotilla.local.ec2-port");
        Checks.notNegative(bootDelay, "flotilla.local.boot-delay");
        workerJvmOptions = List.copyOf(workerJvmOptions);
        Checks.notNegative(stopGrace, "flotilla.local.stop-grace");
        Checks.notNegative(terminatedVisible, "flotilla.local.terminated-visible");
    }

    /**
     * Checks that a worker that is told to end, and gives back what is unfinished, is not killed meanwhile: what it has inside would be
     * taken for what killed it.
     *
     * @param shutdownGrace the workers'
     * @throws SettingsException with the remedy
     */
    public void checkStopGrace(Duration shutdownGrace) {
        Checks.that(
                stopGrace.compareTo(shutdownGrace.plus(GIVING_BACK)) >= 0,
                "flotilla.local.stop-grace",
                "at least " + Checks.text(shutdownGrace.plus(GIVING_BACK)) + ", " + Checks.text(GIVING_BACK)
                        + " more than flotilla.worker.shutdown-grace, not " + Checks.text(stopGrace));
    }

    static LocalSettings from(Config config) {
        return new LocalSettings(
                config.getInt("sqs-port"),
                config.getInt("s3-port"),
                config.getInt("ec2-port"),
                config.getDuration("boot-delay"),
                config.getStringList("worker-jvm-options"),
                config.getDuration("stop-grace"),
                config.getDuration("terminated-visible"));
    }
}
