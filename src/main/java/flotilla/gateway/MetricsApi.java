package flotilla.gateway;

import flotilla.gateway.Endpoint.Access;
import flotilla.gateway.MetricsText.Form;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** What is counted here, for Prometheus. */
final class MetricsApi {
    private static final String OPEN_METRICS = "application/openmetrics-text";

    private final Optional<MetricsText> metrics;

    /**
     * @param metrics empty when nothing is counted
     */
    MetricsApi(Optional<MetricsText> metrics) {
        this.metrics = metrics;
    }

    List<Endpoint> endpoints() {
        return List.of(new Endpoint("GET", "/metrics", Access.READ, (request, none) -> Answers.done(metrics(request))));
    }

    private HttpResponse metrics(HttpRequest request) {
        return metrics.map(counted -> Replies.vary(text(request, counted), "Accept"))
                .orElseGet(() -> Problem.metricsOff().toResponse());
    }

    private static HttpResponse text(HttpRequest request, MetricsText counted) {
        Form form = Accepted.types(request).prefers(OPEN_METRICS, "text/plain") ? Form.OPEN_METRICS : Form.PROMETHEUS;
        return HttpResponse.create()
                .withEntity(HttpEntities.create(
                        ContentTypes.parse(form.contentType()), ByteString.fromString(counted.text(form))));
    }
}
