package flotilla.config;

import com.typesafe.config.Config;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a node counts and times for Prometheus, and where a worker serves it. A gateway serves its own with everything else.
 *
 * @param enabled whether anything is counted at all
 * @param host where a worker serves; empty for the address of its cluster side
 * @param port where a worker serves; 0 for a free one, empty when it neither serves nor counts
 */
public record MetricsSettings(boolean enabled, Optional<String> host, OptionalInt port) {
    private static final int NO_PORT = -1;
    /** The first seven bits of the addresses that IPv6 keeps for private networks, fc00::/7. */
    private static final int UNIQUE_LOCAL = 0xfc;

    private static final int UNIQUE_LOCAL_MASK = 0xfe;

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
                    isPrivate(address),
                    "flotilla.metrics.host",
                    "an address of loopback or of a private network, for whoever reaches it may read; not " + name);
            return address;
        } catch (UnknownHostException e) {
            throw new SettingsException(
                    "flotilla.metrics.host = " + name + " is no address of this machine; give one, or \"\"", e);
        }
    }

    private static boolean isPrivate(InetAddress address) {
        boolean uniqueLocal =
                address instanceof Inet6Address && (address.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || uniqueLocal;
    }

    static MetricsSettings from(Config config) {
        int port = config.getInt("port");
        return new MetricsSettings(
                config.getBoolean("enabled"),
                Optional.of(config.getString("host")).filter(value -> !value.isBlank()),
                port == NO_PORT ? OptionalInt.empty() : OptionalInt.of(port));
    }
}
