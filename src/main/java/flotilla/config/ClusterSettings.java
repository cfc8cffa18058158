package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Pekko cluster.
 *
 * @param name the actor system's name and the value of the tag {@code flotilla:cluster}
 * @param host the address that other nodes use; empty for the machine's own
 * @param port the remoting port; 0 for a free one
 * @param seedNodes gateways to join, each {@code host:port}
 * @param registryInterval time between two looks of a gateway at the registry in which gateways find each other
 * @param tls empty for plain TCP
 */
public record ClusterSettings(
        String name, String host, int port, List<String> seedNodes, Duration registryInterval, Optional<Tls> tls) {
    /**
     * What nodes prove themselves to each other with, all PEM.
     *
     * @param certificate of this node; it shares a name with those of the others
     * @param ca whose certificates are believed, and no others
     */
    public record Tls(Path certificate, Path key, Path ca) {}

    /** Others believe an entry for three times as long. */
    private static final Duration LONGEST_REGISTRY_INTERVAL = Duration.ofSeconds(10);

    public ClusterSettings {
        Checks.that(
                !isEveryNetworks(host),
                "flotilla.cluster.host",
                "one address of this machine, the private one, or \"\" to find it; not " + host
                        + ", which is every network's");
        Checks.that(
                name.matches("[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}"), "flotilla.cluster.name", "letters, digits, - and _");
        Checks.port(port, "flotilla.cluster.port");
        Checks.within(
                registryInterval,
                Duration.ofSeconds(1),
                LONGEST_REGISTRY_INTERVAL,
                "flotilla.cluster.registry-interval");
        seedNodes = List.copyOf(seedNodes);
        for (String seed : seedNodes) {
            Checks.that(
                    HostPort.isValid(seed),
                    "flotilla.cluster.seed-nodes",
                    "a list of host:port, an IPv6 address in brackets, not " + seed);
        }
    }

    /**
     * Whoever reaches the port of a node may command the fleet, unless TLS keeps strangers out: so without it a node listens on loopback
     * or on a private network.
     *
     * @param address the host, or the address that was found for an empty one
     * @throws SettingsException with one line and the remedy
     */
    public void requireGuarded(String address) {
        if (tls.isEmpty() && isPublic(address)) {
            throw new SettingsException("flotilla.cluster.host = " + (host.isBlank() ? "\"\" finds " : "") + address
                    + ", where strangers could command the fleet; set it to this machine's address in a private network, or set"
                    + " flotilla.cluster.tls");
        }
    }

    private static boolean isPublic(String address) {
        try {
            return !PrivateNetwork.has(InetAddress.getByName(address));
        } catch (UnknownHostException notKnown) {
            // It fails where it is bound, by its own name.
            return false;
        }
    }

    /** Whether a host is the address that stands for all of a machine, in any spelling that a resolver takes for it. */
    private static boolean isEveryNetworks(String host) {
        String literal = host.strip().replaceAll("^\\[|]$", "").replaceFirst("%.*", "");
        if (!literal.contains(":")) {
            return literal.matches("(0[xX])?0+(\\.(0[xX])?0+)*");
        }
        try {
            return InetAddress.getByName(literal).isAnyLocalAddress();
        } catch (UnknownHostException notAnAddress) {
            // Nothing with a colon is looked up; it fails where it is bound, by its own name.
            return false;
        }
    }

    static ClusterSettings from(Config config) {
        return new ClusterSettings(
                config.getString("name"),
                config.getString("host"),
                config.getInt("port"),
                seedNodes(config),
                config.getDuration("registry-interval"),
                tls(config.getConfig("tls")));
    }

    private static Optional<Tls> tls(Config config) {
        List<String> given = Stream.of("certificate", "key", "ca")
                .map(config::getString)
                .filter(path -> !path.isBlank())
                .toList();
        Checks.that(
                given.isEmpty() || given.size() == 3,
                "flotilla.cluster.tls",
                "given with all of certificate, key and ca, or not at all");
        return given.isEmpty()
                ? Optional.empty()
                : Optional.of(new Tls(Path.of(given.get(0)), Path.of(given.get(1)), Path.of(given.get(2))));
    }

    /** A list, or one text with commas, as an environment variable gives it. */
    private static List<String> seedNodes(Config config) {
        if (config.getValue("seed-nodes").valueType() == ConfigValueType.LIST) {
            return config.getStringList("seed-nodes");
        }
        return Arrays.stream(config.getString("seed-nodes").split(","))
                .map(String::strip)
                .filter(seed -> !seed.isEmpty())
                .toList();
    }
}
