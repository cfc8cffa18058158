package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The demo's client: uploads like anybody else, and reads fleet and decisions like anybody else. */
final class DemoClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration QUESTION_WITHIN = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    DemoClient(String url) {
        this.url = url;
    }

    /** Uploads a photograph and waits for its answer. */
    CompletableFuture<DemoReport.Answered> classify(Samples.Sample sample, Duration within) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        url + "/v1/classifications?file=" + URLEncoder.encode(sample.name(), StandardCharsets.UTF_8)))
                .header("Prefer", "wait=" + within.toSeconds())
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(sample.bytes()))
                .build();
        Instant start = Instant.now();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> failure == null
                        ? new DemoReport.Answered(
                                sample, start, Instant.now(), response.statusCode(), parse(response.body()))
                        : new DemoReport.Answered(
                                sample,
                                start,
                                Instant.now(),
                                0,
                                JSON.createObjectNode().put("title", failure.toString())));
    }

    /** Instances that are neither terminated nor stopped. */
    List<JsonNode> fleet() throws IOException, InterruptedException {
        List<JsonNode> living = new ArrayList<>();
        for (JsonNode instance : get("/v1/fleet").path("instances")) {
            if (!Set.of("terminated", "stopped").contains(instance.path("state").asText())) {
                living.add(instance);
            }
        }
        return living;
    }

    /** The last decisions, oldest first. */
    List<JsonNode> decisions() throws IOException, InterruptedException {
        List<JsonNode> decisions = new ArrayList<>();
        get("/v1/scaling/decisions?limit=1000").path("decisions").forEach(decision -> decisions.add(0, decision));
        return decisions;
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(QUESTION_WITHIN)
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("GET " + path + " gave " + response.statusCode() + " " + response.body());
        }
        return parse(response.body());
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + body, e);
        }
    }
}
