package flotilla.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.protocol.InfrastructureException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Questions of the command line to a gateway, over HTTP like anybody else's. */
final class GatewayApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .build();
    private final String url;

    /**
     * @param url of the gateway, such as {@code http://127.0.0.1:8000}
     */
    GatewayApi(URI url) {
        this.url = url.toString().replaceAll("/+$", "");
    }

    /**
     * The JSON at an address; empty when there is nothing.
     *
     * @throws InfrastructureException with one line and the remedy when the gateway cannot be asked
     */
    Optional<JsonNode> get(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER_WITHIN)
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 404) {
                return Optional.empty();
            }
            JsonNode body = JSON.readTree(response.body());
            if (response.statusCode() != 200) {
                throw new InfrastructureException(
                        "the gateway at " + url + " answered " + response.statusCode() + ": "
                                + body.path("title").asText() + "; "
                                + body.path("detail").asText(),
                        null);
            }
            return Optional.of(body);
        } catch (JsonProcessingException e) {
            throw new InfrastructureException(
                    "what answers at " + url + " is no gateway; give the right one with --url", e);
        } catch (IOException e) {
            throw new InfrastructureException(
                    "no gateway can be reached at " + url
                            + "; start one (flotilla local) or give its address with --url",
                    e);
        }
    }
}
