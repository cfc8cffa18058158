package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import flotilla.config.ClusterSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigTest {
    private static Config node(String... sets) {
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets));
        return NodeConfig.clusterMember(config, FlotillaSettings.from(config).cluster(), "gateway");
    }

    private static ClusterSettings cluster(String... sets) {
        return FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets)))
                .cluster();
    }

    @Test
    void remoting_shouldBindToTheClustersAddressAlone() {
        Config node = node("flotilla.cluster.host=10.1.2.3", "pekko.remote.artery.bind.hostname=0.0.0.0");

        assertThat(node.getString("pekko.remote.artery.canonical.hostname")).isEqualTo("10.1.2.3");
        assertThat(node.getString("pekko.remote.artery.bind.hostname")).isEqualTo("10.1.2.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "172.31.0.9", "192.168.7.7", "100.64.0.9", "fd12::1"})
    void hostInAPrivateNetwork_shouldBeTaken(String host) {
        assertThat(node("flotilla.cluster.host=\"" + host + "\"").getString("pekko.remote.artery.bind.hostname"))
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.7", "172.32.0.1", "2001:db8::1"})
    void publicHostWithoutTls_shouldBeRefused(String host) {
        assertThatThrownBy(() -> node("flotilla.cluster.host=\"" + host + "\""))
                .isInstanceOf(SettingsException.class)
                .hasMessage("flotilla.cluster.host = " + host + ", where strangers could command the fleet; set it to"
                        + " this machine's address in a private network, or set flotilla.cluster.tls");
    }

    @Test
    void publicAddressThatWasFound_shouldBeRefusedWithoutTls() {
        ClusterSettings cluster = cluster("flotilla.cluster.host=\"\"");

        cluster.requireGuarded("10.1.2.3");
        assertThatThrownBy(() -> cluster.requireGuarded("203.0.113.7"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("flotilla.cluster.host = \"\" finds 203.0.113.7, where strangers could");
    }

    @Test
    void publicHostWithTls_shouldBeTaken() {
        ClusterSettings cluster = cluster(
                "flotilla.cluster.host=203.0.113.7",
                "flotilla.cluster.tls.certificate=/c",
                "flotilla.cluster.tls.key=/k",
                "flotilla.cluster.tls.ca=/a");

        assertThat(NodeConfig.host(cluster)).isEqualTo("203.0.113.7");
    }

    @Test
    void javaSerialization_shouldBeOff() {
        assertThat(node().getBoolean("pekko.actor.allow-java-serialization")).isFalse();
        assertThat(node().getString("pekko.remote.artery.transport")).isEqualTo("tcp");
    }

    /** All of 127.0.0.0/8 is this machine: a socket bound to every address would answer on each of them. */
    @Test
    void portOfTheCluster_shouldBeClosedOnOtherAddresses() throws Exception {
        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), "flotilla", node("flotilla.cluster.host=127.0.0.1"));
        try {
            int port = Cluster.get(system).selfMember().address().getPort().orElseThrow();
            try (Socket socket = new Socket("127.0.0.1", port)) {
                assertThat(socket.isConnected()).isTrue();
            }
            try (Socket socket = new Socket()) {
                assertThatThrownBy(
                                () -> socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), port)))
                        .isInstanceOf(ConnectException.class);
            }
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }
}
