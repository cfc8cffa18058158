package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Asked;
import flotilla.testing.FakeGateway.Said;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private Path images;
    private Path predictions;

    @BeforeEach
    void writeFiles() throws IOException {
        images = Files.createDirectory(folder.resolve("images"));
        for (int i = 0; i < 3; i++) {
            Files.write(images.resolve("test_00" + i + ".jpg"), new byte[] {1});
        }
        predictions = Files.writeString(
                folder.resolve("predictions.csv"),
                "Image,Results\ntest_000,label_0\ntest_001,label_1\ntest_002,label_2\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--url http://127.0.0.1:PORT --num-requests 7 --image-folder DIR --prediction-file CSV",
                "--url http://127.0.0.1:PORT/ --num_request 7 --image_folder DIR --prediction_file CSV",
                "--ip_addr 127.0.0.1:PORT --num_requests 7 --image_folder DIR/ --prediction_file CSV",
                "--ip-addr=127.0.0.1:PORT --num_request=7 --image_folder=DIR --prediction_file=CSV",
                "--set flotilla.http.port=PORT --num-requests 7 --image-folder DIR --prediction-file CSV"
            })
    void eachSpelling_shouldSendTheImagesInTurnAndCheckTheAnswers(String arguments) throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(LoadCommandTest::right)) {
            assertThat(run(gateway, arguments)).as(err.toString()).isZero();

            assertThat(gateway.uploads())
                    .hasSize(7)
                    .allMatch(asked -> asked.uri().equals("/"));
            assertThat(gateway.uploads().stream().filter(asked -> asked.file().equals("test_000.jpg")))
                    .hasSize(3);
            assertThat(gateway.uploads())
                    .allMatch(asked -> asked.headers().getFirst("Connection").equals("close"));
            assertThat(out.toString()).contains("verdict     7 right, 0 wrong, 0 missing");
        }
    }

    @Test
    void withoutANumber_shouldSendEachImageOnce() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(LoadCommandTest::right)) {
            assertThat(run(gateway, "--url http://127.0.0.1:PORT --image-folder DIR"))
                    .isZero();

            assertThat(gateway.uploads()).hasSize(3);
            assertThat(out.toString()).contains("3 answered, 0 missing (no --prediction-file to compare with)");
        }
    }

    @Test
    void wrongAndMissingAnswers_shouldGiveOneAndBeListed() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> switch (asked.file()) {
            case "test_000.jpg" -> right(asked);
            case "test_001.jpg" -> Said.text("test_001:other");
            default -> Said.problem(503, "unavailable", Map.of("Retry-After", "5"));
        })) {
            assertThat(run(gateway, "--url http://127.0.0.1:PORT --image-folder DIR --prediction-file CSV"))
                    .isEqualTo(1);

            assertThat(out.toString().lines())
                    .contains(
                            "verdict     1 right, 1 wrong, 1 missing",
                            "missing     503 unavailable: 1",
                            "WRONG   request 2, test_001.jpg: expected label_1, got other",
                            "MISSING request 3, test_002.jpg: expected label_2, got 503 unavailable: a title; a detail");
        }
    }

    @Test
    void missingAnswersWithoutPredictions_shouldGiveOne() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.problem(422, "damaged", Map.of()))) {
            assertThat(run(gateway, "--url http://127.0.0.1:PORT --image-folder DIR"))
                    .isEqualTo(1);

            assertThat(out.toString()).contains("missing     422 damaged: 3");
        }
    }

    @Test
    void otherFieldAndPath_shouldBeUsedAndItsAnswersCompared() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.text(label(asked.file())))) {
            assertThat(run(
                            gateway,
                            "--url http://127.0.0.1:PORT --path /upload --field myfile --image-folder DIR "
                                    + "--prediction-file CSV"))
                    .isZero();

            assertThat(gateway.uploads())
                    .allMatch(asked ->
                            asked.uri().equals("/upload") && asked.text().contains("name=\"myfile\""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "async"})
    void json_shouldGiveOneLineWithTheWorkersThatAnswered(String api) throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> asked.method().equals("POST")
                ? Said.promise("/v1/classifications/" + asked.file())
                : Said.result(name(asked), label(name(asked)), 1 + name(asked).charAt(7) % 2))) {
            assertThat(run(
                            gateway,
                            "--url http://127.0.0.1:PORT --json --num-requests 30 --image-folder DIR --prediction-file CSV"
                                    + " --concurrency 5 --api " + api))
                    .as(err.toString())
                    .isZero();

            assertThat(out.toString().lines()).hasSize(1);
            JsonNode summary = new ObjectMapper().readTree(out.toString());
            assertThat(summary.path("right").asInt()).isEqualTo(30);
            assertThat(summary.path("workers").toString()).isEqualTo("{\"#1 i-1\":20,\"#2 i-2\":10}");
            assertThat(summary.path("acceptedMs").path("p50").asDouble()).isPositive();
            assertThat(gateway.connections()).as("kept open").hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void classicUpload_shouldFollowThePromiseInItsJson() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> asked.method().equals("POST")
                ? Said.json(
                        200,
                        "{\"response\":\"success\",\"message\":\"m\",\"id\":\"x\",\"location\":\"/v1/classifications/"
                                + asked.file() + "\"}")
                : Said.result(name(asked), label(name(asked)), 1))) {
            assertThat(run(
                            gateway,
                            "--url http://127.0.0.1:PORT --path /api/v1/upload --field myfile --image-folder DIR "
                                    + "--prediction-file CSV"))
                    .as(out.toString())
                    .isZero();
        }
    }

    @Test
    void openLoop_shouldSendAtTheRateForTheDuration() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(LoadCommandTest::right)) {
            assertThat(run(
                            gateway,
                            "--url http://127.0.0.1:PORT --image-folder DIR --rate 100 --arrivals even --duration 200ms "
                                    + "--prediction-file CSV"))
                    .isZero();

            assertThat(gateway.uploads()).hasSize(21);
        }
    }

    @Test
    void retries_shouldBeTakenAndCounted() throws IOException {
        List<String> seen = new ArrayList<>();
        try (FakeGateway gateway = FakeGateway.answering(asked -> {
            synchronized (seen) {
                boolean first = !seen.contains(asked.file());
                seen.add(asked.file());
                return first ? Said.problem(429, "backlog-full", Map.of("Retry-After", "0")) : right(asked);
            }
        })) {
            assertThat(run(gateway, "--url http://127.0.0.1:PORT --image-folder DIR --retries 1"))
                    .isZero();

            assertThat(out.toString()).contains("retries     3, because the server asked for it");
        }
    }

    @Test
    void fleetOfTheServer_shouldTellWhoDidTheClassicOnes() throws IOException {
        AtomicInteger images = new AtomicInteger(40);
        try (FakeGateway gateway = FakeGateway.answering(asked -> {
            if (asked.uri().equals("/v1/fleet")) {
                return Said.json(
                        200,
                        "{\"instances\":[{\"instanceId\":\"i-1\",\"appTierId\":1,\"state\":\"running\",\"busy\":0,"
                                + "\"images\":" + images.get() + ",\"since\":\"2026-11-24T10:00:00Z\"}]}");
            }
            images.incrementAndGet();
            return right(asked);
        })) {
            Path report = folder.resolve("out.html");

            assertThat(run(gateway, "--url http://127.0.0.1:PORT --image-folder DIR --report " + report))
                    .isZero();

            assertThat(out.toString()).contains("workers     #1 i-1: 3");
            assertThat(report).content().contains("\"fleet\":[[");
        }
    }

    @Test
    void filesThatAreNoImages_shouldBeNamed() throws IOException {
        Files.writeString(images.resolve("notes.txt"), "");
        try (FakeGateway gateway = FakeGateway.answering(LoadCommandTest::right)) {
            assertThat(run(gateway, "--url http://127.0.0.1:PORT --image-folder DIR"))
                    .isZero();

            assertThat(err.toString())
                    .contains("load: left out 1 file that by the extension are no images, such as notes.txt");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--url http://127.0.0.1:1                                    | --image-folder",
                "--url 127.0.0.1:1 --image-folder DIR                        | --url is an address such as",
                "--url http://h --ip_addr h --image-folder DIR               | give one of them",
                "--url http://h --image-folder DIR/none                      | no such folder; check --image-folder",
                "--url http://h --image-folder EMPTY                         | there is no image in",
                "--url http://h --image-folder DIR --prediction-file none    | cannot read none",
                "--url http://h --image-folder DIR --prediction-file SHORT   | has no row for test_001.jpg and 1 more",
                "--url http://h --image-folder DIR --num-requests 0          | --num-requests is at least 1",
                "--url http://h --image-folder DIR --concurrency 0           | --concurrency is at least 1",
                "--url http://h --image-folder DIR --rate 0                  | --rate is above 0",
                "--url http://h --image-folder DIR --rate NaN                | --rate is above 0",
                "--url http://h --image-folder DIR --duration soon           | a time is such as 500ms",
                "--url http://h --image-folder DIR --duration 0              | --duration is above 0",
                "--url http://h --image-folder DIR --api v2                  | there is no v2; there are classic v1 async",
                "--url http://h --image-folder DIR --arrivals odd            | there is no odd",
                "--url http://h --image-folder DIR --path upload             | --path begins with a slash",
                "--url http://h --image-folder DIR --retries -1              | --retries is at least 0",
                "--url http://h --image-folder DIR --timeout 0s              | --timeout is above 0",
                "--url http://h --image-folder DIR --header nonsense         | --header is 'NAME: VALUE'",
                "--url http://h --image-folder DIR --header Host:x           | --header: restricted header name",
                "--url http://h --image-folder DIR --report DIR/no/out.html  | cannot write to the folder of",
                "--url http://h --image-folder DIR --nonsense                | --nonsense"
            })
    void wrongUsage_shouldGiveTwoAndOneLine(String arguments, String message) throws IOException {
        Files.createDirectory(folder.resolve("empty"));
        Files.writeString(folder.resolve("short.csv"), "test_000,Paul\n");

        int status = execute(arguments
                .replace("EMPTY", folder.resolve("empty").toString())
                .replace("SHORT", folder.resolve("short.csv").toString()));

        assertThat(status).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString().replace(",", "")).contains(message.replace(",", ""));
        assertThat(out.toString()).isEmpty();
    }

    private int run(FakeGateway gateway, String arguments) {
        return execute(
                arguments.replace("PORT", gateway.url().substring(gateway.url().lastIndexOf(':') + 1)));
    }

    private int execute(String arguments) {
        List<String> words = new ArrayList<>(List.of("load"));
        for (String word : arguments.strip().split("\\s+")) {
            words.add(word.replace("DIR", images.toString()).replace("CSV", predictions.toString()));
        }
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words.toArray(String[]::new));
    }

    private static Said right(Asked asked) {
        if (asked.uri().equals("/v1/fleet")) {
            return Said.problem(404, "not-found", Map.of());
        }
        String stem = asked.file().substring(0, asked.file().indexOf('.'));
        return Said.text(stem + ":" + label(asked.file()));
    }

    private static String label(String file) {
        return "label_" + file.charAt("test_00".length());
    }

    private static String name(Asked poll) {
        return poll.uri().replaceAll(".*/|\\?.*", "");
    }
}
