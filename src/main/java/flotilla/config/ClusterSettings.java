package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import java.util.Arrays;
import java.util.List;

/**
 * The Pekko cluster.
 *
 * @param name the actor system's name and the value of the tag {@code flotilla:cluster}
 * @param host the address that other nodes use; empty for the machine's own
 * @param port the remoting port; 0 for a free one
 * @param seedNodes gateways to join, each {@code host:port}
 */
public record ClusterSettings(String name, String host, int port, List<String> seedNodes) {
    public ClusterSettings {
        Checks.that(
                name.matches("[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}"), "flotilla.cluster.name", "letters, digits, - and _");
        Checks.port(port, "flotilla.cluster.port");
        seedNodes = List.copyOf(seedNodes);
        for (String seed : seedNodes) {
            Checks.that(seed.matches("[^:\\s]+:\\d{1,5}"), "flotilla.cluster.seed-nodes", "a list of host:port");
        }
    }

    static ClusterSettings from(Config config) {
        return new ClusterSettings(
                config.getString("name"), config.getString("host"), config.getInt("port"), seedNodes(config));
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
