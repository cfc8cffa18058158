package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
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

class NodeConfigTest {
    private static Config node(String... sets) {
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets));
        return NodeConfig.clusterMember(config, FlotillaSettings.from(config).cluster(), "gateway");
    }

    @Test
    void remoting_shouldBindToTheClustersAddressAlone() {
        Config node = node("flotilla.cluster.host=10.1.2.3", "pekko.remote.artery.bind.hostname=0.0.0.0");

        assertThat(node.getString("pekko.remote.artery.canonical.hostname")).isEqualTo("10.1.2.3");
        assertThat(node.getString("pekko.remote.artery.bind.hostname")).isEqualTo("10.1.2.3");
    }

    @Test
    void emptyHost_shouldBeOneAddressOfThisMachine() {
        assertThat(node("flotilla.cluster.host=\"\"").getString("pekko.remote.artery.bind.hostname"))
                .isNotIn("", "0.0.0.0");
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
