package flotilla.config;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a node counts and times for Prometheus, and where a worker serves it. A gateway serves its own with everything else. And what
 * the acting supervisor's gateway sends to CloudWatch.
 *
 * @param enabled whether anything is counted at all
 * @param host where a worker serves; empty for the address of its cluster side
 * @param port where a worker serves; 0 for a free one, empty when it neither serves nor counts
 * @param cloudWatch what is sent to CloudWatch; empty for nothing
 */
public record MetricsSettings(
        boolean enabled, Optional<String> host, OptionalInt port, Optional<CloudWatch> cloudWatch) {
    /**
     * Figures in CloudWatch.
     *
     * @param namespace in which they stand
     * @param interval of which each gets one value
     * @param endpoint the service's URL; empty for AWS itself
     */
    public record CloudWatch(String namespace, Duration interval, Optional<URI> endpoint) {
        private static final Duration LEAST = Duration.ofSeconds(1);
        private static final Duration MOST = Duration.ofHours(1);

        public CloudWatch {
            Checks.that(
                    namespace.matches("[0-9A-Za-z.\\-_/#:]{1,255}") && !namespace.startsWith("AWS/"),
                    "flotilla.metrics.cloudwatch.namespace",
                    "up to 255 letters, digits and . - _ / # : that do not begin with AWS/, not " + namespace);
            Checks.within(interval, LEAST, MOST, "flotilla.metrics.cloudwatch.interval");
        }

        static Optional<CloudWatch> from(Config config) {
            String namespace = config.getString("namespace");
            if (namespace.isBlank()) {
                return Optional.empty();
            }
            return Optional.of(new CloudWatch(
                    namespace,
                    config.getDuration("interval"),
                    AwsSettings.url(config, "endpoint", "flotilla.metrics.cloudwatch.endpoint")));
        }
    }

    private static final int NO_PORT = -1;

    public MetricsSettings {
        Checks.that(
                port.isEmpty() || port.getAsInt() >= 0 && port.getAsInt() <= 65_535,
                "flotilla.metrics.port",
                "a port from 0 to 65535, or -1 for none");
    }

    /** Whether a worker counts. */
    public boolean ofWorkers() {
        return enabled && port.isPresent();
    }

    /**
     * The address that a worker serves at. Whoever reaches it may read, so it must be loopback or a private network's.
     *
     * @param otherwise the address of the cluster side
     * @throws SettingsException with one line and the remedy
     */
    public InetAddress requirePrivateAddress(String otherwise) {
        String name = host.orElse(otherwise);
        try {
            InetAddress address = InetAddress.getByName(name);
            Checks.that(
                    PrivateNetwork.has(address),
                    "flotilla.metrics.host",
                    "an address of loopback or of a private network, for whoever reaches it may read; not " + name);
            return address;
        } catch (UnknownHostException e) {
            throw new SettingsException(
                    "flotilla.metrics.host = " + name + " is no address of this machine; give one, or \"\"", e);
        }
    }

    static MetricsSettings from(Config config) {
        int port = config.getInt("port");
        return new MetricsSettings(
                config.getBoolean("enabled"),
                Optional.of(config.getString("host")).filter(value -> !value.isBlank()),
                port == NO_PORT ? OptionalInt.empty() : OptionalInt.of(port),
                CloudWatch.from(config.getConfig("cloudwatch")));
    }
}
