package flotilla.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import flotilla.config.ClusterSettings;
import flotilla.config.SettingsException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;

/** The configuration of a node's actor systems. */
final class NodeConfig {
    private NodeConfig() {}

    /** A member of the cluster with one role. */
    static Config clusterMember(Config config, ClusterSettings cluster, String role) {
        String host = host(cluster);
        Config member = ConfigFactory.parseMap(Map.of(
                        "pekko.actor.provider",
                        "cluster",
                        "pekko.cluster.roles",
                        List.of(role),
                        "pekko.remote.artery.canonical.hostname",
                        host,
                        "pekko.remote.artery.canonical.port",
                        cluster.port(),
                        "pekko.remote.artery.bind.hostname",
                        host))
                .withFallback(config);
        return cluster.tls().map(tls -> mutualTls(tls).withFallback(member)).orElse(member);
    }

    /**
     * Nodes of both sides show a certificate of the one authority that is believed, and one that shares a name with one's own.
     *
     * @throws SettingsException with one line when a file cannot be read
     */
    private static Config mutualTls(ClusterSettings.Tls tls) {
        for (Path file : List.of(tls.certificate(), tls.key(), tls.ca())) {
            if (!Files.isReadable(file)) {
                throw new SettingsException(
                        "flotilla.cluster.tls: cannot read " + file + "; check path and permissions");
            }
        }
        return ConfigFactory.parseMap(Map.of(
                "pekko.remote.artery.transport", "tls-tcp",
                "pekko.remote.artery.ssl.ssl-engine-provider", RotatingKeysSSLEngineProvider.class.getName(),
                "pekko.remote.artery.ssl.rotating-keys-engine.cert-file",
                        tls.certificate().toString(),
                "pekko.remote.artery.ssl.rotating-keys-engine.key-file",
                        tls.key().toString(),
                "pekko.remote.artery.ssl.rotating-keys-engine.ca-cert-file",
                        tls.ca().toString()));
    }

    /** A member that joins the configured gateways by itself, and goes on trying. */
    static Config joining(Config config, ClusterSettings cluster, String role) {
        return clusterMember(config, cluster, role)
                .withValue("pekko.cluster.seed-nodes", ConfigValueFactory.fromIterable(seedNodes(cluster)));
    }

    /** A system of its own, outside every cluster, with a dispatcher whose {@code threads} the classifiers block. */
    static Config dataPath(Config config, String dispatcher, int threads) {
        return config.withValue(
                dispatcher,
                ConfigValueFactory.fromMap(Map.of(
                        "type",
                        "Dispatcher",
                        "executor",
                        "thread-pool-executor",
                        "thread-pool-executor",
                        Map.of("fixed-pool-size", threads),
                        "throughput",
                        1)));
    }

    /** Gateways to join, as Pekko's addresses. */
    static List<String> seedNodes(ClusterSettings cluster) {
        return cluster.seedNodes().stream()
                .map(seed -> "pekko://" + cluster.name() + "@" + seed)
                .toList();
    }

    /**
     * The address at which this node listens for others of the cluster.
     *
     * @throws SettingsException with one line and the remedy when everybody may reach it and nothing keeps strangers out
     */
    static String host(ClusterSettings cluster) {
        String host = cluster.host().isBlank() ? ownAddress() : cluster.host();
        cluster.requireGuarded(host);
        return host;
    }

    private static String ownAddress() {
        try {
            return OwnAddress.find().orElse("127.0.0.1");
        } catch (SocketException e) {
            throw new SettingsException(
                    "flotilla.cluster.host is empty and this machine's address cannot be read; set it", e);
        }
    }
}
