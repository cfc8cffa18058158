package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import flotilla.drill.FreePort;
import flotilla.testing.Authority;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS between the nodes of a cluster, with authorities and certificates made here. */
class ClusterTlsIT {
    private static final Duration UNTIL_REFUSED = Duration.ofMinutes(2);
    private static final Duration NOT_REFUSED = Duration.ofSeconds(2);

    @TempDir
    private static Path folder;

    private static Authority ours;
    /** The certificate of every node of ours. */
    private static Authority.Pair node;

    private static Authority.Pair otherName;
    private static Authority theirs;
    private static Authority.Pair strange;
    private final List<ActorSystem<Void>> systems = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() throws Exception {
        ours = new Authority(folder, "ours");
        node = ours.issue("node");
        otherName = ours.issue("other", "other", "dns:other");
        theirs = new Authority(folder, "theirs");
        strange = theirs.issue("strange");
    }

    @AfterEach
    void stop() {
        systems.forEach(ActorSystem::terminate);
        systems.forEach(
                system -> system.getWhenTerminated().toCompletableFuture().join());
    }

    private static String tls(Authority.Pair pair, Path ca) {
        return "flotilla.cluster.tls={ certificate = \"" + pair.certificate() + "\", key = \"" + pair.key()
                + "\", ca = \"" + ca + "\" }";
    }

    private ActorSystem<Void> node(String role, int seedPort, String... sets) {
        List<String> all = new ArrayList<>(List.of(sets));
        if (seedPort > 0) {
            all.add("flotilla.cluster.seed-nodes=127.0.0.1:" + seedPort);
        }
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), all);
        FlotillaSettings settings = FlotillaSettings.from(config);
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(),
                settings.cluster().name(),
                seedPort > 0
                        ? NodeConfig.joining(config, settings.cluster(), role)
                        : NodeConfig.clusterMember(config, settings.cluster(), role));
        systems.add(system);
        return system;
    }

    private static int port(ActorSystem<?> system) {
        return Cluster.get(system).selfMember().address().getPort().orElseThrow();
    }

    private static List<Integer> up(ActorSystem<?> system) {
        return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
                .filter(member -> member.status() == MemberStatus.up())
                .map(ClusterTlsIT::port)
                .toList();
    }

    private static int port(Member member) {
        return member.address().getPort().orElseThrow();
    }

    @Test
    void nodesOfOneAuthority_shouldFormAClusterThatOthersDoNotJoin() throws Exception {
        ActorSystem<Void> first = node("gateway", 0, tls(node, ours.certificate()));
        Cluster.get(first)
                .manager()
                .tell(Join.create(Cluster.get(first).selfMember().address()));
        ActorSystem<Void> stranger = node("worker", port(first), tls(strange, theirs.certificate()));
        ActorSystem<Void> forger = node("worker", port(first), tls(strange, ours.certificate()));
        ActorSystem<Void> other = node("worker", port(first), tls(otherName, ours.certificate()));
        ActorSystem<Void> plain = node("worker", port(first));

        ActorSystem<Void> second = node("worker", port(first), tls(node, ours.certificate()));

        Eventually.until(
                "both nodes of our authority",
                () -> up(first).size() == 2 && up(second).size() == 2);
        for (Optional<Authority.Pair> shown : List.of(Optional.of(strange), Optional.<Authority.Pair>empty())) {
            assertThatThrownBy(() -> connect(first, shown, UNTIL_REFUSED))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("certificate");
        }
        assertThatThrownBy(() -> connect(first, Optional.of(otherName), UNTIL_REFUSED))
                .as("its name is not ours")
                .isNotInstanceOf(SocketTimeoutException.class)
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> connect(first, Optional.of(node), NOT_REFUSED))
                .as("one of ours is waited for")
                .isInstanceOf(SocketTimeoutException.class);
        ActorSystem<Void> third = node("worker", port(first), tls(node, ours.certificate()));
        Eventually.until("the third node", () -> up(first).size() == 3);
        assertThat(up(first)).containsExactlyInAnyOrder(port(first), port(second), port(third));
        assertThat(List.of(stranger, forger, other, plain))
                .allSatisfy(refused -> assertThat(up(refused)).isEmpty());
    }

    /**
     * Connects as a client that trusts our authority, sends nothing, and waits for what the node says of the certificate: with
     * TLS 1.3 that comes after the handshake.
     *
     * @param shown certificate, or none
     * @throws SocketTimeoutException when the node says nothing within that time
     * @throws IOException when it refuses, or closes the connection
     */
    private static void connect(ActorSystem<?> node, Optional<Authority.Pair> shown, Duration within) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", certificate(ours.certificate()));
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = empty();
        if (shown.isPresent()) {
            own.setKeyEntry("own", key(shown.get().key()), new char[0], new Certificate[] {
                certificate(shown.get().certificate())
            });
        }
        keys.init(own, new char[0]);
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(node))) {
            socket.setSoTimeout(Math.toIntExact(within.toMillis()));
            socket.startHandshake();
            if (socket.getInputStream().read() >= 0) {
                throw new AssertionError("it said something");
            }
            throw new EOFException("closed");
        }
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(Path file) throws Exception {
        String text = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    }

    @Test
    void gatewayAndWorkerProcesses_shouldAnswerOverTls() throws Exception {
        int clusterPort = FreePort.next();
        Path data = folder.resolve("data");
        try (FlotillaProcess cloud = FlotillaProcess.start(
                folder, "cloud", "--data", data.toString(), "--set", "flotilla.classifier.kind=delay")) {
            cloud.awaitLine("cloud ready");
            try (FlotillaProcess gateway = process("gateway", data, "cluster.port=" + clusterPort, "http.port=0");
                    FlotillaProcess worker = process(
                            "worker", data, "cluster.seed-nodes=127.0.0.1:" + clusterPort, "worker.id=hand-1")) {
                GatewayClient client = new GatewayClient(gateway.awaitLine("ready "));

                assertThat(client.classify("cat.png", GatewayClient.TINY_PNG)
                                .join()
                                .path("label")
                                .asText())
                        .isEqualTo("cat");
                Eventually.until("the worker's reports", () -> client.fleet().size() == 1);
                assertThat(worker.isAlive()).isTrue();
                FlotillaProcess.closeAll(worker, gateway);
            }
        }
    }

    private static FlotillaProcess process(String command, Path data, String... settings) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command, "--set", tls(node, ours.certificate())));
        List<String> common = List.of(
                "aws.endpoints-file=" + data.resolve("endpoints.json"),
                "fleet.mode=static",
                "classifier.kind=delay",
                "queue.receive-wait=1s");
        for (String setting : common) {
            arguments.addAll(List.of("--set", "flotilla." + setting));
        }
        for (String setting : settings) {
            arguments.addAll(List.of("--set", "flotilla." + setting));
        }
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    @Test
    void missingFile_shouldBeOneLineThatNamesIt() throws Exception {
        assertThatThrownBy(() -> node("gateway", 0, tls(node, folder.resolve("none.crt"))))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("flotilla.cluster.tls: cannot read")
                .hasMessageContaining("none.crt")
                .hasMessageNotContaining("\n");
    }
}
