package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client as users write one. */
final class GatewayClient {
    /** A PNG of one pixel: enough for the classifiers that do not look. */
    static final byte[] TINY_PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    GatewayClient(String url) {
        this.url = url;
    }

    /** Uploads an image and waits up to five minutes for its answer. */
    CompletableFuture<JsonNode> classify(String file, byte[] image) {
        return post(file, image, "wait=300").thenApply(GatewayClient::json);
    }

    /** Uploads an image; the answer's id. */
    String accept(String file, byte[] image) {
        HttpResponse<String> response = post(file, image, "respond-async").join();
        if (response.statusCode() != 202) {
            throw new AssertionError("not accepted: " + response.statusCode() + " " + response.body());
        }
        return json(response).path("id").asText();
    }

    /** Uploads an image under an idempotency key; the answer, or what is known of it after up to {@code seconds}. */
    CompletableFuture<JsonNode> keyed(String file, String key, byte[] image, int seconds) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=" + file))
                .header("Prefer", seconds > 0 ? "wait=" + seconds : "respond-async")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(GatewayClient::json);
    }

    /** The result of a request, as a caller hears of it who waits for it here. */
    CompletableFuture<JsonNode> awaitResult(String id, int seconds) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications/" + id + "?wait=" + seconds))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(GatewayClient::json);
    }

    /** The state of a request now: a result, or {@code pending}. */
    JsonNode result(String id) {
        return get("/v1/classifications/" + id);
    }

    /** The story of a request so far. */
    JsonNode timeline(String id) {
        return get("/v1/classifications/" + id + "/timeline");
    }

    /** Instances that are not terminated. */
    List<JsonNode> fleet() {
        List<JsonNode> living = new ArrayList<>();
        get("/v1/fleet").path("instances").forEach(instance -> {
            if (!instance.path("state").asText().equals("terminated")) {
                living.add(instance);
            }
        });
        return living;
    }

    /** All decisions that are remembered, oldest first. */
    List<JsonNode> decisions() {
        List<JsonNode> decisions = new ArrayList<>();
        get("/v1/scaling/decisions?limit=10000").path("decisions").forEach(one -> decisions.add(0, one));
        return decisions;
    }

    private JsonNode get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return json(
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join());
    }

    private CompletableFuture<HttpResponse<String>> post(String file, byte[] image, String prefer) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/classifications?file=" + file))
                .header("Prefer", prefer)
                .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + response.body(), e);
        }
    }
}
