package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.drill.FreePort;
import flotilla.gateway.MetricsText;
import flotilla.testing.Scrape;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private static final InetSocketAddress FREE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final MetricsText METRICS = form -> "# HELP a Of " + form + "\n# TYPE a gauge\na 1.0\n";

    private static HttpResponse<String> ask(MetricsServer server, String method, String path, String accept)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Accept", accept)
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void metrics_shouldBeToldInTheFormThatIsAskedFor() throws Exception {
        try (MetricsServer server = MetricsServer.start(FREE, METRICS)) {
            HttpResponse<String> plain = ask(server, "GET", "/metrics", "*/*");
            HttpResponse<String> open =
                    ask(server, "GET", "/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

            assertThat(plain.statusCode()).isEqualTo(200);
            assertThat(plain.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(Scrape.of(plain.body()).families().get("a").help()).isEqualTo("Of PROMETHEUS");
            assertThat(open.headers().firstValue("Content-Type"))
                    .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
            assertThat(open.body()).contains("Of OPEN_METRICS");
        }
    }

    @Test
    void otherRequests_shouldBeRefused() throws Exception {
        try (MetricsServer server = MetricsServer.start(FREE, METRICS)) {
            assertThat(ask(server, "GET", "/", "*/*").statusCode()).isEqualTo(404);
            assertThat(ask(server, "GET", "/metrics/x", "*/*").statusCode()).isEqualTo(404);
            assertThat(ask(server, "POST", "/metrics", "*/*").statusCode()).isEqualTo(405);
            HttpResponse<String> head = ask(server, "HEAD", "/metrics", "*/*");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    void portThatIsTaken_shouldBeAnErrorAndAClosedOneFree() throws Exception {
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.next());
        MetricsServer first = MetricsServer.start(taken, METRICS);

        assertThatThrownBy(() -> MetricsServer.start(taken, METRICS)).isInstanceOf(IOException.class);

        first.close();
        MetricsServer.start(taken, METRICS).close();
    }
}
