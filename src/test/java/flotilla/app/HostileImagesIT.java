package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The corpus of hostile files through gateway, queue and the real model, with a photograph after each. */
class HostileImagesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PHOTOGRAPH = Path.of("samples", "rocket.jpg");

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
                "flotilla.local.boot-delay=0s")) {
            url = local.awaitLine("ready ");
            String label = label(classify("photograph.jpg", photograph));
            Set<Long> workers = pids(local);

            for (HostileImage image : HostileImages.all()) {
                HttpResponse<String> response = classify("hostile", image.bytes());

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
                assertThat(label(classify("photograph.jpg", photograph)))
                        .as("after %s", image)
                        .isEqualTo(label);
            }

            assertThat(pids(local)).isEqualTo(workers);
            assertThat(local.isAlive()).isTrue();
        }
    }

    private static Set<Long> pids(FlotillaProcess local) {
        Set<Long> pids = new HashSet<>();
        local.workers().forEach(worker -> pids.add(worker.pid()));
        return pids;
    }

    private HttpResponse<String> classify(String file, byte[] image) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=" + file))
                .header("Prefer", "wait=300")
                .POST(BodyPublishers.ofByteArray(image))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString()).join();
    }

    private static String label(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).path("label").asText();
    }
}
