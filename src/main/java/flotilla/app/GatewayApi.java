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
import java.util.List;
import java.util.Optional;

/**
 * Questions of the command line to a gateway, over HTTP like anybody else's. Of several gateways the one that answered last is
 * asked; when it cannot be reached, the next. Any thread may ask.
 */
final class GatewayApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .build();
    private final List<String> urls;
    private final Optional<String> key;
    private volatile int asked;

    /**
     * @param urls of gateways, such as {@code http://127.0.0.1:8000}; at least one
     * @param key the API key to show; empty to show none
     */
    GatewayApi(List<URI> urls, Optional<String> key) {
        this.urls =
                urls.stream().map(url -> url.toString().replaceAll("/+$", "")).toList();
        this.key = key;
    }

    /** The gateway that is asked, or was asked last. */
    String url() {
        return urls.get(asked);
    }

    /**
     * The JSON at an address; empty when there is nothing.
     *
     * @throws InfrastructureException with one line and the remedy when no gateway can be asked; permanent when asking again
     *     will not help
     */
    Optional<JsonNode> get(String path) throws InterruptedException {
        IOException away = null;
        for (int tried = 0; tried < urls.size(); tried++) {
            try {
                return get(url(), path);
            } catch (JsonProcessingException e) {
                throw new InfrastructureException(
                        "what answers at " + url() + " is no gateway; give the right one with --url", e, true);
            } catch (IOException e) {
                away = e;
                asked = (asked + 1) % urls.size();
            }
        }
        throw new InfrastructureException(
                "no gateway can be reached at " + String.join(" or ", urls)
                        + "; start one (flotilla local) or give its address with --url",
                away);
    }

    private Optional<JsonNode> get(String url, String path) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_WITHIN);
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        int status = response.statusCode();
        if (status == 404) {
            return Optional.empty();
        }
        if (status == 401) {
            throw new InfrastructureException(notLetIn(url), null, true);
        }
        JsonNode body = JSON.readTree(response.body());
        if (status == 403) {
            throw new InfrastructureException(
                    "the gateway at " + url + " lets this API key not do that (" + about(body)
                            + "); give one with the role read, with --key or " + GatewayOptions.KEY_VARIABLE,
                    null,
                    true);
        }
        if (status != 200) {
            throw new InfrastructureException(
                    "the gateway at " + url + " answered " + status + ": " + about(body), null);
        }
        return Optional.of(body);
    }

    private static String about(JsonNode problem) {
        return problem.path("title").asText() + "; " + problem.path("detail").asText();
    }

    private String notLetIn(String url) {
        return key.isPresent()
                ? "the gateway at " + url + " does not know this API key; check --key or " + GatewayOptions.KEY_VARIABLE
                : "the gateway at " + url + " asks for an API key; give one with the role read, with --key or "
                        + GatewayOptions.KEY_VARIABLE;
    }
}
