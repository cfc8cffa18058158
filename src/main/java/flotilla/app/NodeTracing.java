package flotilla.app;

import flotilla.config.TracingSettings;
import flotilla.protocol.Tracing;
import flotilla.tracing.OtlpTracing;
import java.util.Optional;

/** Who is told of images' ways in a node. Of a node without a collector nothing of OpenTelemetry is loaded. */
final class NodeTracing implements AutoCloseable {
    private final Optional<OtlpTracing> otlp;

    private NodeTracing(Optional<OtlpTracing> otlp) {
        this.otlp = otlp;
    }

    /**
     * Begins to record when there is a collector.
     *
     * @param node this very process
     */
    static NodeTracing open(TracingSettings settings, String role, String node) {
        return new NodeTracing(settings.otlpEndpoint()
                .map(endpoint -> OtlpTracing.open(endpoint, settings.sampling(), role, node, Version.number())));
    }

    Tracing tracing() {
        return otlp.<Tracing>map(on -> on).orElse(Tracing.OFF);
    }

    @Override
    public void close() {
        otlp.ifPresent(OtlpTracing::close);
    }
}
