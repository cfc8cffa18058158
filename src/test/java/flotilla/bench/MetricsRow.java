package flotilla.bench;

import flotilla.drill.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;

/** What counting costs: a system that counts and is scraped ÷ one that does not count. */
final class MetricsRow implements Row {
    @Override
    public String name() {
        return "metrics";
    }

    @Override
    public String about(Subject asked) {
        return "the whole system, saturated over HTTP: with metrics, scraped every " + Overhead.WATCHED_EVERY_SECONDS
                + " s ÷ without";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        int port = FreePort.next();
        return Overhead.measure(
                lab,
                List.of("flotilla.metrics.enabled=false"),
                List.of("flotilla.metrics.port=" + port),
                new Scraping(URI.create("http://127.0.0.1:" + port + "/metrics")));
    }

    /**
     * Reads the metrics of both nodes.
     *
     * @param worker where the worker serves its own
     */
    private record Scraping(URI worker) implements Overhead.Use {
        private static final HttpClient CLIENT = HttpClient.newHttpClient();

        private List<HttpRequest> requests(Stand.Gateway gateway) {
            return List.of(
                    HttpRequest.newBuilder(worker).build(),
                    HttpRequest.newBuilder(gateway.url().resolve("/metrics")).build());
        }

        @Override
        public void require(Stand.Gateway gateway, Instant since) throws IOException, InterruptedException {
            for (HttpRequest request : requests(gateway)) {
                HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200 || !answer.body().contains("flotilla_")) {
                    throw new IOException(request.uri() + " has no metrics: " + answer.statusCode());
                }
            }
        }

        /** What is missed is missed: the measurement goes on. */
        @Override
        public void watch(Stand.Gateway gateway) {
            requests(gateway).forEach(request -> CLIENT.sendAsync(request, HttpResponse.BodyHandlers.discarding()));
        }
    }
}
