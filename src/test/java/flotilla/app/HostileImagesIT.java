package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import flotilla.hostile.HostileNames;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The corpus of hostile files through gateway, queue and the real model, with a photograph beside each that comes to a worker. */
class HostileImagesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PHOTOGRAPH = Path.of("samples", "rocket.jpg");
    /** Files that the gateway refuses itself come to no worker: after one in so many there is a photograph too. */
    private static final int SELDOM = 10;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String url;

    @Test
    void everyHostileFile_shouldComeToItsAnswerAndHarmNoOther(@TempDir Path folder) throws Exception {
        byte[] photograph = Files.readAllBytes(PHOTOGRAPH);
        try (FlotillaProcess local = FlotillaProcess.start(
                folder,
                "local",
                "--port",
                "0",
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "flotilla.scaling.min-instances=1",
                "--set",
                "flotilla.scaling.max-instances=1",
                "--set",
                "flotilla.scaling.silent-after=5m",
                "--set",
                "flotilla.local.boot-delay=0s")) {
            url = local.awaitLine("ready ");
            String label = label(classify("photograph.jpg", photograph).join());
            Set<Long> workers = pids(local);

            for (String name : HostileNames.ODD) {
                assertThat(label(classify(name, photograph).join())).as(name).isEqualTo(label);
            }
            int refused = 0;
            for (HostileImage image : HostileImages.all()) {
                CompletableFuture<HttpResponse<String>> hostile = classify(image.fileName(), image.bytes());
                if (image.by() != HostileImage.RefusedBy.HEADER || refused++ % SELDOM == 0) {
                    assertThat(label(classify("photograph.jpg", photograph).join()))
                            .as("beside %s", image)
                            .isEqualTo(label);
                }
                HttpResponse<String> response = hostile.join();
                assertThat(response.statusCode())
                        .as("%s: %s", image, response.body())
                        .isEqualTo(image.status());
                JsonNode body = JSON.readTree(response.body());
                if (image.code().isPresent()) {
                    assertThat(body.path("code").asText())
                            .as("%s: %s", image, body)
                            .isEqualTo(image.answeredCode());
                } else {
                    assertThat(body.path("label").asText()).as(image.name()).isNotEmpty();
                }
            }
            assertThat(label(classify("photograph.jpg", photograph).join())).isEqualTo(label);

            assertThat(pids(local)).isEqualTo(workers);
            assertThat(local.isAlive()).isTrue();
        }
    }

    private static Set<Long> pids(FlotillaProcess local) {
        Set<Long> pids = new HashSet<>();
        local.workers().forEach(worker -> pids.add(worker.pid()));
        return pids;
    }

    private CompletableFuture<HttpResponse<String>> classify(String file, byte[] image) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url + "/v1/classifications?file=" + URLEncoder.encode(file, StandardCharsets.UTF_8)))
                .header("Prefer", "wait=300")
                .POST(BodyPublishers.ofByteArray(image))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private static String label(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).path("label").asText();
    }
}
