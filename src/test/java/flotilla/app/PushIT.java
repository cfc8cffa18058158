package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.drill.FreePort;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Asked;
import flotilla.testing.FakeGateway.Said;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks of gateways that are processes, to a receiver on loopback. */
class PushIT {
    private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final int IMAGES = 10;

    @TempDir
    private static Path folder;

    private static FlotillaProcess cloud;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FlotillaProcess start(String command, String... pairs) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        List<String> sets = new ArrayList<>(List.of(
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "flotilla.fleet.mode=static",
                "flotilla.classifier.kind=delay",
                "flotilla.queue.receive-wait=1s",
                "flotilla.push.allowed-hosts=[\"localhost\"]",
                "flotilla.push.secrets=[\"whsec_" + KEY + "\"]",
                "flotilla.push.allow-http=true",
                "flotilla.push.allow-private=true",
                "flotilla.push.retry.first=500ms"));
        sets.addAll(List.of(pairs));
        sets.forEach(set -> all.addAll(List.of("--set", set)));
        return FlotillaProcess.start(folder, all.toArray(String[]::new));
    }

    @BeforeAll
    static void startCloud() throws IOException {
        cloud = FlotillaProcess.start(
                folder, "cloud", "--data", folder.resolve("data").toString());
        cloud.awaitLine("cloud ready");
    }

    @AfterAll
    static void stopCloud() {
        cloud.close();
    }

    private static FlotillaProcess gateway(int clusterPort, String... pairs) throws IOException {
        return start(
                "gateway",
                Stream.concat(
                                Stream.of("flotilla.http.port=0", "flotilla.cluster.port=" + clusterPort),
                                Stream.of(pairs))
                        .toArray(String[]::new));
    }

    private void upload(String gateway, String file, String callback) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + "/v1/classifications?file=" + file
                        + "&callback=" + URLEncoder.encode(callback, StandardCharsets.UTF_8)))
                .header("Prefer", "respond-async")
                .POST(HttpRequest.BodyPublishers.ofByteArray(GatewayClient.TINY_PNG))
                .build();
        HttpResponse<String> response =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    private static String callback(FakeGateway receiver) {
        return receiver.url().replace("127.0.0.1", "localhost") + "/done?token=a";
    }

    /** The wishes that are open, as the embedded cloud keeps them. */
    private static List<Path> open() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            return files.filter(file -> file.toString().contains("callbacks/open/") && Files.isRegularFile(file))
                    .toList();
        }
    }

    private static boolean isSigned(Asked asked) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
        mac.update((id(asked) + "." + asked.headers().getFirst("webhook-timestamp") + ".")
                .getBytes(StandardCharsets.UTF_8));
        return asked.headers()
                .getFirst("webhook-signature")
                .equals("v1," + Base64.getEncoder().encodeToString(mac.doFinal(asked.body())));
    }

    private static String id(Asked asked) {
        return asked.headers().getFirst("webhook-id");
    }

    @Test
    void callbackOfAGatewayThatIsKilled_shouldBeMadeByItsSuccessor() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        int clusterPort = FreePort.next();
        try (FakeGateway receiver = FakeGateway.answering(
                asked -> calls.incrementAndGet() == 1 ? Said.json(503, "{}") : Said.text("thanks"))) {
            try (FlotillaProcess first = gateway(clusterPort)) {
                upload(first.awaitLine("ready "), "cat.png", callback(receiver));
                // The store writes other files meanwhile, on which a look may stumble.
                Eventually.until("an open wish", () -> open().size() == 1);
                first.kill();
            }
            try (FlotillaProcess second = gateway(clusterPort);
                    FlotillaProcess worker = start("worker", "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort)) {
                second.awaitLine("ready ");
                Eventually.until("a delivery after one in vain", () -> open().isEmpty());
                assertThat(cloud.isAlive() && worker.isAlive()).isTrue();
                FlotillaProcess.closeAll(worker, second);
            }
            assertThat(receiver.uploads()).hasSize(2);
            for (Asked asked : receiver.uploads()) {
                assertThat(asked.uri()).isEqualTo("/done?token=a");
                assertThat(asked.text()).contains("\"type\":\"classification.done\"", "\"label\":\"cat\"");
                assertThat(isSigned(asked)).isTrue();
                assertThat(id(asked)).isEqualTo(id(receiver.uploads().get(0)));
            }
        }
    }

    @Test
    void twoGateways_shouldMakeEachCallbackOnce() throws Exception {
        int clusterPort = FreePort.next();
        String seeds = "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort;
        try (FakeGateway receiver = FakeGateway.answering(asked -> Said.text("thanks"));
                FlotillaProcess one = gateway(clusterPort)) {
            String first = one.awaitLine("ready ");
            try (FlotillaProcess two = gateway(0, seeds)) {
                String second = two.awaitLine("ready ");
                for (int i = 0; i < IMAGES; i++) {
                    upload(first, "a" + i + ".png", callback(receiver));
                    upload(second, "b" + i + ".png", callback(receiver));
                }
                try (FlotillaProcess worker = start("worker", seeds)) {
                    Eventually.until("all deliveries", () -> open().isEmpty());
                    assertThat(cloud.isAlive() && worker.isAlive()).isTrue();
                    FlotillaProcess.closeAll(worker, two, one);
                }
            }
            assertThat(receiver.uploads()).hasSize(2 * IMAGES);
            assertThat(receiver.uploads()).extracting(PushIT::id).doesNotHaveDuplicates();
        }
    }
}
