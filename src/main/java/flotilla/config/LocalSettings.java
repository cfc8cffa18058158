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
    public LocalSettings {
        Checks.port(sqsPort, "flotilla.local.sqs-port");
        Checks.port(s3Port, "flotilla.local.s3-port");
        Checks.port(ec2Port, "flotilla.local.ec2-port");
        Checks.notNegative(bootDelay, "flotilla.local.boot-delay");
        workerJvmOptions = List.copyOf(workerJvmOptions);
        Checks.notNegative(stopGrace, "flotilla.local.stop-grace");
        Checks.notNegative(terminatedVisible, "flotilla.local.terminated-visible");
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
