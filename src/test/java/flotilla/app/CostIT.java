package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.testing.Scrape;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real processes have cost, as the command tells it, and as it is found again by those that come after them. */
class CostIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int IMAGES = 20;
    private static final List<String> SETTINGS = List.of(
            "flotilla.classifier.kind=delay",
            "flotilla.classifier.delay=100ms",
            "flotilla.classifier.parallelism=1",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.interval=500ms",
            "flotilla.scaling.max-instances=1",
            "flotilla.local.boot-delay=200ms",
            // Nobody dies here: no pause of this machine shall have an image done twice.
            "flotilla.queue.visibility-timeout=1m",
            "flotilla.queue.receive-wait=1s",
            "flotilla.cost.currency=EUR",
            "flotilla.cost.instance-types=[{type=c7i.large,on-demand-hour=3600}]");

    private static FlotillaProcess local(Path folder) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("local", "--port", "0", "--data", folder.resolve("data").toString()));
        SETTINGS.forEach(set -> arguments.addAll(List.of("--set", set)));
        return FlotillaProcess.start(folder, arguments.toArray(String[]::new));
    }

    private static String cost(String url, String... arguments) {
        List<String> all = new ArrayList<>(List.of("cost", "--gateway", url));
        all.addAll(List.of(arguments));
        return CommandOutput.of(all.toArray(String[]::new));
    }

    private static JsonNode json(String url) throws Exception {
        return JSON.readTree(cost(url, "--json", "--since", "24h"));
    }

    private static Scrape metrics(String url) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url + "/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString());
        return Scrape.of(answer.body());
    }

    @Test
    void work_shouldBeChargedAndOutliveTheSupervisor(@TempDir Path folder) throws Exception {
        Instant recordsSince;
        try (FlotillaProcess first = local(folder)) {
            String url = first.awaitLine("ready ");
            GatewayClient client = new GatewayClient(url);
            List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                answers.add(client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
            }
            answers.forEach(
                    answer -> assertThat(answer.join().path("status").asText()).isEqualTo("done"));

            JsonNode cost = Eventually.value(
                    "all images on the account and an empty fleet",
                    () -> Optional.of(json(url))
                            .filter(told -> told.path("images").asInt() >= IMAGES
                                    && client.fleet().isEmpty()));

            assertThat(cost.path("images").asInt()).isEqualTo(IMAGES);
            double seconds = cost.path("instanceSeconds").asDouble();
            assertThat(seconds).isPositive();
            assertThat(cost.path("busySeconds").asDouble()).isGreaterThanOrEqualTo(IMAGES * 0.1);
            assertThat(cost.path("idleShare").asDouble()).isBetween(0.0, 1.0);
            assertThat(cost.path("requestsComplete").asBoolean()).isTrue();
            assertThat(cost.path("requests").fieldNames())
                    .toIterable()
                    .contains("sqs:ReceiveMessage", "s3:PutObject", "s3:GetObject", "ec2:DescribeInstances");
            assertThat(cost.path("requests").path("s3:PutObject").asInt())
                    .as("each result")
                    .isGreaterThanOrEqualTo(IMAGES);
            assertThat(cost.path("currency").asText()).isEqualTo("EUR");
            assertThat(cost.path("totalCost").asDouble()).isGreaterThanOrEqualTo(seconds);
            assertThat(cost(url)).contains("Images          " + IMAGES + "\n", "  c7i.large ", "An image ");
            assertThat(metrics(url).value("flotilla_supervisor_cost_total", "currency", "EUR"))
                    .isGreaterThanOrEqualTo(seconds);
            recordsSince = Instant.parse(cost.path("recordsSince").asText());
            first.terminate();
        }
        try (FlotillaProcess second = local(folder)) {
            String url = second.awaitLine("ready ");

            JsonNode cost = Eventually.value(
                    "the first one's records",
                    () -> Optional.of(json(url))
                            .filter(told -> told.path("images").asInt() > 0));

            assertThat(cost.path("images").asInt()).isEqualTo(IMAGES);
            assertThat(cost.path("recordsSince").asText()).isEqualTo(recordsSince.toString());
        }
    }
}
