package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.protocol.ClassificationRequest;
import flotilla.testing.MemoryStores;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTest extends HttpFixture {
    private HttpResponse<String> send(String method, String path, String type, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private HttpResponse<String> zip(Map<String, byte[]> files) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return send("POST", "/v1/batches", "application/zip", bytes.toByteArray());
    }

    private HttpResponse<String> list(String json) {
        return send("POST", "/v1/batches", "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode status(HttpResponse<String> created) throws Exception {
        return json(get(created.headers().firstValue("Location").orElseThrow()).join());
    }

    @Test
    void formOfSeveralFiles_shouldBeABatchThatTellsHowFarItIs() throws Exception {
        HttpResponse<String> created = postForm(
                        "/v1/batches",
                        Map.of(),
                        new Part("f", "a.png", PNG),
                        new Part("f", "b.txt", "text".getBytes(StandardCharsets.UTF_8)),
                        new Part("f", "c.png", PNG))
                .join();
        List<ClassificationRequest> both = accepted(2);

        assertThat(created.statusCode()).isEqualTo(202);
        JsonNode first = status(created);
        assertThat(first.path("status").asText()).isEqualTo("running");
        assertThat(first.path("total").asInt()).isEqualTo(3);
        assertThat(first.path("pending").asInt()).isEqualTo(2);
        assertThat(first.path("refused").asInt()).isEqualTo(1);
        assertThat(first.path("etaSeconds").isNull()).isTrue();

        answer(both.get(0), label("Cat"));
        assertThat(status(created).path("etaSeconds").isNumber()).isTrue();
        answer(both.get(1), new Outcome.Failed(FailureCode.DAMAGED, "send it again"));

        JsonNode last = status(created);
        assertThat(last.path("status").asText()).isEqualTo("done");
        assertThat(last.path("done").asInt()).isEqualTo(1);
        assertThat(last.path("failed").asInt()).isEqualTo(1);
        assertThat(last.path("pending").asInt()).isZero();
    }

    @Test
    void results_shouldBeLinesOfJsonOrCsvInTheBatchsOrder() throws Exception {
        HttpResponse<String> created = postForm(
                        "/v1/batches",
                        Map.of(),
                        new Part("f", "=a,1.png", PNG),
                        new Part("f", "b.txt", "text".getBytes(StandardCharsets.UTF_8)),
                        new Part("f", "c.png", PNG))
                .join();
        String location = created.headers().firstValue("Location").orElseThrow();
        answer(accepted(2).get(0), label("Cat \"big\""));

        List<String> lines = get(location + "/results").join().body().lines().toList();
        List<String> csv =
                get(location + "/results?format=csv").join().body().lines().toList();

        assertThat(lines).hasSize(3);
        assertThat(JSON.readTree(lines.get(0)).path("label").asText()).isEqualTo("Cat \"big\"");
        assertThat(JSON.readTree(lines.get(1)).path("error").path("code").asText())
                .isEqualTo("unsupported-type");
        assertThat(JSON.readTree(lines.get(2)).path("status").asText()).isEqualTo("pending");
        assertThat(csv.get(0)).isEqualTo("file,id,status,label,probability,error");
        assertThat(csv.get(1)).startsWith("\"'=a,1.png\",").endsWith(",done,\"Cat \"\"big\"\"\",1.000000,");
        assertThat(csv.get(2)).startsWith("b.txt,,refused,,,").contains("unsupported-type");
        assertThat(csv.get(3)).startsWith("c.png,").endsWith(",pending,,,");
    }

    @Test
    void zip_shouldBeTakenFileByFile() throws Exception {
        HttpResponse<String> created = zip(new java.util.TreeMap<>(Map.of(
                "photos/a.png", PNG,
                "photos/b.png", PNG,
                "__MACOSX/a.png", PNG,
                "../c.png", PNG,
                "d.png", new byte[MAX_SIZE + 1])));
        List<ClassificationRequest> both = accepted(2);

        assertThat(both).extracting(request -> request.file().value()).containsExactlyInAnyOrder("a.png", "b.png");
        assertThat(status(created).path("refused").asInt()).isEqualTo(2);
        assertThat(send("POST", "/v1/batches", "application/zip", "no zip".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void batchOverItsLimit_shouldRefuseTheImagesBeyondIt() throws Exception {
        Map<String, byte[]> files = new java.util.TreeMap<>();
        for (int i = 0; i < 8; i++) {
            files.put(i + ".png", PNG);
        }
        HttpResponse<String> created = zip(files);

        accepted(6);
        assertThat(status(created).path("refused").asInt()).isEqualTo(2);
    }

    @Test
    void listFarOverItsLimit_shouldNameNoMoreThanAsManyAgain() throws Exception {
        String images = IntStream.range(0, 50)
                .mapToObj(i -> "\"s3://somebodys-bucket/" + i + ".png\"")
                .collect(Collectors.joining(","));

        HttpResponse<String> created = list("{\"images\":[" + images + "]}");

        List<JsonNode> all = results(created);
        assertThat(all).hasSize(13);
        assertThat(all.subList(0, 6)).allMatch(one -> code(one).equals("no-such-object"));
        assertThat(all.subList(6, 13)).allMatch(one -> code(one).equals("too-many-files"));
        assertThat(all.get(11).path("file").asText()).isEqualTo("s3://somebodys-bucket/11.png");
        assertThat(all.get(12).path("file").asText()).isEqualTo("rest of the list");
    }

    private List<JsonNode> results(HttpResponse<String> created) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        for (String line : get(created.headers().firstValue("Location").orElseThrow() + "/results")
                .join()
                .body()
                .lines()
                .toList()) {
            all.add(JSON.readTree(line));
        }
        return all;
    }

    private static String code(JsonNode result) {
        return result.path("error").path("code").asText();
    }

    @Test
    void longEntryThatCannotBeRead_shouldBeNamedByItsBeginning() throws Exception {
        HttpResponse<String> refused = list("{\"images\":[\"http://a\\n" + "x".repeat(100_000) + "\"]}");

        shouldBeProblem(refused, 400, "bad-batch");
        assertThat(json(refused).path("detail").asText())
                .startsWith("only s3://bucket/key can be read, not http://a xxx")
                .hasSizeLessThan(300);
    }

    @Test
    void longPrefixThatCannotBeListed_shouldBeNamedByItsBeginning() throws Exception {
        HttpResponse<String> refused =
                list("{\"prefix\":\"s3://" + MemoryStores.Images.FORBIDDEN + "/" + "x".repeat(100_000) + "\"}");

        shouldBeProblem(refused, 400, "bad-batch");
        assertThat(json(refused).path("detail").asText())
                .endsWith("… cannot be listed: no object of that bucket may be named")
                .hasSizeLessThan(300);
    }

    @Test
    void longNameOfARefusedFile_shouldBeKeptByItsEnd() {
        String dove = "\uD83D\uDD4A";

        assertThat(new Intake.Refused("x".repeat(5000) + "/a.txt", Problem.noSuchObject()).file())
                .hasSize(1024)
                .endsWith("/a.txt");
        assertThat(new Intake.Refused(dove + "x".repeat(1023), Problem.noSuchObject()).file())
                .isEqualTo("x".repeat(1023));
        assertThat(new Intake.Refused(dove + "x".repeat(1022), Problem.noSuchObject()).file())
                .startsWith(dove);
    }

    @Test
    void batchOfWhichNothingIsTaken_shouldTellWhenToComeAgain() throws Exception {
        Part[] two = {new Part("f", "a.png", PNG), new Part("f", "b.png", PNG)};
        Part[] mixed = {new Part("f", "a.png", PNG), new Part("f", "../b.png", PNG)};
        images.away = true;
        HttpResponse<String> unavailable =
                postForm("/v1/batches", Map.of(), two).join();
        images.away = false;
        shouldBeProblem(unavailable, 503, "unavailable");
        assertThat(unavailable.headers().firstValue("Retry-After")).contains("5");

        fillBacklog();
        HttpResponse<String> full = zip(Map.of("a.png", PNG, "b.png", PNG));
        shouldBeProblem(full, 429, "backlog-full");
        assertThat(full.headers().firstValue("Retry-After")).contains("30");
        assertThat(batches.batches).isEmpty();

        shouldBeProblem(postForm("/v1/batches", Map.of(), mixed).join(), 429, "backlog-full");
        Part[] bad = {new Part("f", "../b.png", PNG)};
        assertThat(postForm("/v1/batches", Map.of(), bad).join().statusCode())
                .as("none of these would ever be taken")
                .isEqualTo(202);
    }

    @Test
    void objectsInS3_shouldBeReadByListAndByPrefix() throws Exception {
        images.objects.put("in/a.png", ByteString.fromArray(PNG));
        images.objects.put("in/b.png", ByteString.fromArray(PNG));
        HttpResponse<String> listed =
                list("{\"images\":[\"s3://somebodys-bucket/in/a.png\",\"s3://somebodys-bucket/in/none.png\"]}");
        assertThat(accepted(1).get(0).file().value()).isEqualTo("a.png");
        assertThat(status(listed).path("refused").asInt()).isEqualTo(1);

        HttpResponse<String> prefixed = list("{\"prefix\":\"s3://somebodys-bucket/in/\"}");

        assertThat(accepted(2))
                .extracting(request -> request.file().value())
                .containsExactlyInAnyOrder("a.png", "b.png");
        assertThat(status(prefixed).path("total").asInt()).isEqualTo(2);
    }

    @Test
    void prefixThatCannotBeListed_shouldBeRefusedWithTheReason() throws Exception {
        HttpResponse<String> refused = list("{\"prefix\":\"s3://forbidden-bucket/in/\"}");

        shouldBeProblem(refused, 400, "bad-batch");
        assertThat(json(refused).path("detail").asText())
                .isEqualTo("s3://forbidden-bucket/in/ cannot be listed: no object of that bucket may be named");
    }

    @Test
    void storeThatIsAway_shouldBeNoFaultOfTheList() throws Exception {
        images.objects.put("in/a.png", ByteString.fromArray(PNG));
        images.away = true;

        shouldBeProblem(list("{\"prefix\":\"s3://somebodys-bucket/in/\"}"), 503, "unavailable");
        HttpResponse<String> named = list("{\"images\":[\"s3://somebodys-bucket/in/a.png\"]}");

        shouldBeProblem(named, 503, "unavailable");
        assertThat(named.headers().firstValue("Retry-After")).contains("5");
        assertThat(batches.batches).isEmpty();
    }

    @Test
    void objectThatMayNotBeRead_shouldBeRefusedByItsUrl() throws Exception {
        images.objects.put("a.txt", ByteString.fromString("no image"));
        HttpResponse<String> created = list(
                "{\"images\":[\"s3://forbidden-bucket/a.png\",\"s3://somebodys-bucket/a.txt\",\"s3://somebodys-bucket/none.png\"]}");

        assertThat(results(created))
                .extracting(one -> one.path("file").asText() + " " + code(one))
                .containsExactly(
                        "s3://forbidden-bucket/a.png object-not-readable",
                        "s3://somebodys-bucket/a.txt unsupported-type",
                        "s3://somebodys-bucket/none.png no-such-object");
    }

    @Test
    void objectsBeyondTheBacklog_shouldNotBeOpened() throws Exception {
        fillBacklog();
        images.objects.put("in/a.png", ByteString.fromArray(PNG));
        images.fetched.clear();

        shouldBeProblem(list("{\"images\":[\"s3://somebodys-bucket/in/a.png\"]}"), 429, "backlog-full");

        assertThat(images.fetched).isEmpty();
    }

    private void fillBacklog() throws Exception {
        for (int i = 0; i < MAX_BACKLOG; i++) {
            assertThat(postRaw(PNG, Map.of("Prefer", "respond-async")).statusCode())
                    .isEqualTo(202);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"images\":[\"http://example.org/a.png\"]}",
                "{\"images\":[\"file:///etc/passwd\"]}",
                "{\"images\":[\"s3://BAD_bucket/a\"]}",
                "{\"images\":[]}",
                "{\"prefix\":\"https://example.org/\"}",
                "[1]",
                "no json"
            })
    void anythingButS3_shouldBeRefused(String body) throws Exception {
        shouldBeProblem(list(body), 400, "bad-batch");
        assertThat(requests.sent()).isEmpty();
    }

    @Test
    void cancelledBatch_shouldAnswerWhatIsOpenAndKeepWhatIsDone() throws Exception {
        HttpResponse<String> created = postForm(
                        "/v1/batches", Map.of(), new Part("f", "a.png", PNG), new Part("f", "b.png", PNG))
                .join();
        String location = created.headers().firstValue("Location").orElseThrow();
        List<ClassificationRequest> both = accepted(2);
        answer(both.get(0), label("Cat"));

        JsonNode cancelled = json(send("DELETE", location, "", new byte[0]));

        assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
        assertThat(cancelled.path("done").asInt()).isEqualTo(1);
        assertThat(cancelled.path("failed").asInt()).isEqualTo(1);
        assertThat(results.results.get(both.get(1).id()).outcome())
                .isEqualTo(new Outcome.Failed(
                        FailureCode.CANCELLED, "the batch was cancelled before this image was answered"));
        assertThat(images.objects).doesNotContainKey(both.get(1).image().key());
    }

    @Test
    void imageOfACancelledBatch_shouldStillBelongToItsTraceAndGateway() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        HttpResponse<String> created = postForm(
                        "/v1/batches",
                        Map.of("traceparent", "00-" + trace + "-b7ad6b7169203331-01"),
                        new Part("f", "a.png", PNG))
                .join();
        ClassificationRequest request = accepted(1).get(0);
        // Another one, which remembers nothing of it.
        stop();
        start();

        send("DELETE", created.headers().firstValue("Location").orElseThrow(), "", new byte[0]);

        assertThat(results.results.get(request.id()).journey()).contains(request.journey());
        JsonNode timeline =
                json(get("/v1/classifications/" + request.id() + "/timeline").join());
        assertThat(timeline.path("traceId").asText()).isEqualTo(trace);
        assertThat(timeline.path("events").get(0).path("by").asText()).isEqualTo("gateway-1");
        assertThat(timeline.path("events").get(1).path("at").asText())
                .isEqualTo(request.acceptedAt().toString());
    }

    @Test
    void batchOfAnotherGateway_shouldBeTheSameHere() throws Exception {
        HttpResponse<String> created =
                postForm("/v1/batches", Map.of(), new Part("f", "a.png", PNG)).join();
        stop();
        start();

        assertThat(status(created).path("total").asInt()).isEqualTo(1);
    }

    @Test
    void events_shouldEndWhenTheBatchIsDone() throws Exception {
        HttpResponse<String> created =
                postForm("/v1/batches", Map.of(), new Part("f", "a.png", PNG)).join();
        String location = created.headers().firstValue("Location").orElseThrow();
        answer(accepted(1).get(0), label("Cat"));

        HttpResponse<String> events = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + location))
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();

        assertThat(events.body()).contains("event: done\ndata: {");
    }

    @Test
    void unknownAndEmptyBatches_shouldBeProblems() throws Exception {
        shouldBeProblem(get("/v1/batches/nope").join(), 404, "unknown-id");
        shouldBeProblem(
                get("/v1/batches/01a205f0-4de1-7ee5-8467-340da8ad4ddf/results").join(), 404, "unknown-id");
        shouldBeProblem(
                postForm("/v1/batches", Map.of(), new Part("text", null, PNG)).join(), 400, "empty-batch");
    }
}
