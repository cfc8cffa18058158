package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.drill.FreePort;
import flotilla.protocol.ImageStore;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Idempotency keys and batches as clients use them, over real processes and stores. */
class BatchesIT {
    private static final int IMAGES = 40;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String url;

    private static String[] fleet(Path folder) throws Exception {
        StringBuilder rows = new StringBuilder("Image,Results\n");
        for (int i = 0; i < IMAGES; i++) {
            rows.append(name(i)).append(",person ").append(i).append('\n');
        }
        Path table = Files.writeString(folder.resolve("table.csv"), rows);
        return new String[] {
            "--set", "flotilla.classifier.kind=table",
            "--set", "flotilla.classifier.table=" + table,
            "--set", "flotilla.scaling.max-instances=2",
            "--set", "flotilla.local.boot-delay=0s",
            "--set", "flotilla.queue.receive-wait=1s"
        };
    }

    private static String name(int i) {
        return String.format("test_%03d.png", i);
    }

    @Test
    void keysAndBatches_shouldComeToOneResultForEachImage(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        List<String> arguments = new ArrayList<>(List.of("local", "--port", "0", "--data", data.toString()));
        arguments.addAll(List.of(fleet(folder)));
        try (FlotillaProcess local = FlotillaProcess.start(folder, arguments.toArray(String[]::new))) {
            url = local.awaitLine("ready ");

            sameKeyAtTheSameTime_shouldBeOneResult();
            shouldBeDone(post("/v1/batches", "multipart/form-data; boundary=b", form(0, 12)), 0, 12);
            shouldBeDone(post("/v1/batches", "application/zip", zip(5, 30)), 5, 25);
            putObjects(data);
            String list = "{\"images\":[\"s3://flotilla-input/photos/a/test_001.png\","
                    + "\"s3://flotilla-input/photos/b/test_004.png\"]}";
            JsonNode listed = shouldEnd(post("/v1/batches", "application/json", list.getBytes(StandardCharsets.UTF_8)));
            assertThat(results(listed)).containsExactly("test_001.png:person 1", "test_004.png:person 4");
            byte[] prefix = "{\"prefix\":\"s3://flotilla-input/photos/a/\"}".getBytes(StandardCharsets.UTF_8);
            shouldBeDone(post("/v1/batches", "application/json", prefix), 0, 3);
        }
    }

    private void sameKeyAtTheSameTime_shouldBeOneResult() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> same = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            same.add(keyed(GatewayClient.TINY_PNG));
        }
        Set<String> ids = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> one : same) {
            JsonNode result = JSON.readTree(one.join().body());
            assertThat(result.path("label").asText()).as(result.toString()).isEqualTo("person 7");
            ids.add(result.path("id").asText());
        }
        assertThat(ids).hasSize(1);
        HttpResponse<String> again = keyed(GatewayClient.TINY_PNG).join();
        assertThat(JSON.readTree(again.body()).path("id").asText()).isIn(ids);
        byte[] other = Arrays.copyOf(GatewayClient.TINY_PNG, GatewayClient.TINY_PNG.length + 1);
        HttpResponse<String> reused = keyed(other).join();
        assertThat(reused.statusCode()).isEqualTo(422);
        assertThat(JSON.readTree(reused.body()).path("code").asText()).isEqualTo("idempotency-key-reused");
    }

    private CompletableFuture<HttpResponse<String>> keyed(byte[] image) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=" + name(7)))
                .header("Idempotency-Key", "one-of-a-kind")
                .header("Prefer", "wait=300")
                .POST(BodyPublishers.ofByteArray(image))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /** Ends, by its events and by its state, with the right label for each of the images from one on. */
    private void shouldBeDone(JsonNode created, int first, int count) throws Exception {
        assertThat(created.path("total").asInt()).as(created.toString()).isEqualTo(count);
        String events = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(
                                        url + created.path("location").asText()))
                                .header("Accept", "text/event-stream")
                                .build(),
                        BodyHandlers.ofString())
                .join()
                .body();
        assertThat(events).contains("event: done\ndata: {");
        JsonNode done = shouldEnd(created);
        assertThat(done.path("done").asInt()).as(done.toString()).isEqualTo(count);
        List<String> expected = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            expected.add(name(i) + ":person " + i);
        }
        assertThat(results(done)).containsExactlyElementsOf(expected);
        List<String> csv = get(done.path("location").asText() + "/results?format=csv")
                .lines()
                .toList();
        assertThat(csv).hasSize(count + 1);
        assertThat(csv.get(1)).matches(name(first) + ",[0-9a-f-]{36},done,person " + first + ",1.000000,");
    }

    private JsonNode shouldEnd(JsonNode created) {
        return Eventually.value("the end of the batch", () -> {
            JsonNode now = JSON.readTree(get(created.path("location").asText()));
            return Optional.of(now).filter(one -> !one.path("status").asText().equals("running"));
        });
    }

    private List<String> results(JsonNode batch) throws Exception {
        List<String> found = new ArrayList<>();
        for (String line :
                get(batch.path("location").asText() + "/results").lines().toList()) {
            JsonNode result = JSON.readTree(line);
            found.add(result.path("file").asText() + ":" + result.path("label").asText());
        }
        return found;
    }

    @Test
    void gatewayKilledInTheMiddleOfABatch_shouldFindItWhereItIs(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        int clusterPort = FreePort.next();
        List<String> common = new ArrayList<>(List.of(fleet(folder)));
        for (String setting : List.of(
                "aws.endpoints-file=" + data.resolve("endpoints.json"),
                "fleet.mode=static",
                "classifier.delay=400ms",
                "classifier.parallelism=1")) {
            common.addAll(List.of("--set", "flotilla." + setting));
        }
        List<String> gateway = new ArrayList<>(common);
        gateway.addAll(List.of("--set", "flotilla.cluster.port=" + clusterPort, "--set", "flotilla.http.port=0"));
        List<String> worker = new ArrayList<>(common);
        worker.addAll(List.of(
                "--set", "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort, "--set", "flotilla.worker.id=hand-1"));
        try (FlotillaProcess cloud = FlotillaProcess.start(
                folder, "cloud", "--data", data.toString(), "--set", "flotilla.classifier.kind=delay")) {
            cloud.awaitLine("cloud ready");
            FlotillaProcess first = start(folder, "gateway", gateway);
            try (FlotillaProcess hand = start(folder, "worker", worker)) {
                url = first.awaitLine("ready ");
                JsonNode batch = post("/v1/batches", "application/zip", zip(0, IMAGES));
                String location = batch.path("location").asText();
                Eventually.until(
                        "some answers",
                        () -> JSON.readTree(get(location)).path("done").asInt() > 2);

                first.kill();

                try (FlotillaProcess second = start(folder, "gateway", gateway)) {
                    url = second.awaitLine("ready ");
                    JsonNode now = JSON.readTree(get(location));
                    assertThat(now.path("total").asInt()).as(now.toString()).isEqualTo(IMAGES);
                    shouldBeDone(batch, 0, IMAGES);
                    cancelledBatch_shouldKeepWhatIsDone();
                    assertThat(hand.isAlive()).isTrue();
                    FlotillaProcess.closeAll(hand, second);
                }
            } finally {
                first.close();
            }
        }
    }

    private void cancelledBatch_shouldKeepWhatIsDone() throws Exception {
        String location = post("/v1/batches", "application/zip", zip(0, IMAGES))
                .path("location")
                .asText();
        Eventually.until(
                "some answers", () -> JSON.readTree(get(location)).path("done").asInt() > 2);

        JsonNode cancelled = JSON.readTree(
                send(HttpRequest.newBuilder(URI.create(url + location)).DELETE().build()));

        assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
        assertThat(cancelled.path("pending").asInt()).isZero();
        assertThat(cancelled.path("done").asInt()).isBetween(3, IMAGES - 1);
        assertThat(cancelled.path("done").asInt() + cancelled.path("failed").asInt())
                .isEqualTo(IMAGES);
        assertThat(get(location + "/results").lines().filter(line -> line.contains("\"cancelled\"")))
                .hasSize(cancelled.path("failed").asInt());
    }

    private static FlotillaProcess start(Path folder, String command, List<String> settings) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(settings);
        return FlotillaProcess.start(folder, all.toArray(String[]::new));
    }

    private static void putObjects(Path data) {
        FlotillaSettings settings = FlotillaSettings.from(SettingsLoader.load(
                Optional.empty(),
                Optional.empty(),
                List.of("flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"))));
        ActorTestKit kit = ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
        try (CloudConnections cloud = CloudConnections.open(settings, 1)) {
            ImageStore images = cloud.images(kit.system());
            for (int i = 0; i < 6; i++) {
                String key = "photos/" + (i < 3 ? "a/" : "b/") + name(i);
                images.put(key, "image/png", Source.single(ByteString.fromArray(GatewayClient.TINY_PNG)))
                        .toCompletableFuture()
                        .join();
            }
        } finally {
            kit.shutdownTestKit();
        }
    }

    private JsonNode post(String path, String type, byte[] body) throws Exception {
        return JSON.readTree(send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build()));
    }

    private String get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).build());
    }

    private String send(HttpRequest request) {
        HttpResponse<String> response =
                http.sendAsync(request, BodyHandlers.ofString()).join();
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return response.body();
    }

    private static byte[] form(int from, int to) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = from; i < to; i++) {
            String head = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + name(i) + "\"\r\n\r\n";
            body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
            body.writeBytes(GatewayClient.TINY_PNG);
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--b--\r\n".getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    private static byte[] zip(int from, int to) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = from; i < to; i++) {
                zip.putNextEntry(new ZipEntry("photos/" + name(i)));
                zip.write(GatewayClient.TINY_PNG);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
