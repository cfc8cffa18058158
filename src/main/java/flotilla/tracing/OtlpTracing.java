package flotilla.tracing;

import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.Span;
import flotilla.protocol.Tracing;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Spans by OpenTelemetry, sent to a collector by OTLP over HTTP. They are sent in batches from a thread of its own, and never waited
 * for: what a collector that is away or slow does not take is dropped beyond {@value #MOST_WAITING} spans.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
 */
public final class OtlpTracing implements Tracing, AutoCloseable {
    static final int MOST_WAITING = 8192;

    private static final String TRACES = "/v1/traces";
    private static final int MOST_AT_A_TIME = 512;
    private static final Duration COLLECT = Duration.ofSeconds(1);
    private static final Duration EXPORT_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    private OtlpTracing(SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider.get("flotilla");
    }

    /**
     * Begins to record.
     *
     * @param endpoint of the collector, such as {@code http://127.0.0.1:4318}; {@code /v1/traces} is added when it has no path
     * @param sampling the share of uploads that are recorded when their client does not say; from 0 to 1
     * @param role {@code gateway} or {@code worker}
     * @param node this very process
     */
    public static OtlpTracing open(URI endpoint, double sampling, String role, String node, String version) {
        SpanExporter exporter = new ToldOnce(
                OtlpHttpSpanExporter.builder()
                        .setEndpoint(traces(endpoint).toString())
                        .setTimeout(EXPORT_WITHIN)
                        .setRetryPolicy(null)
                        .build(),
                endpoint);
        return open(exporter, sampling, role, node, version);
    }

    static OtlpTracing open(SpanExporter exporter, double sampling, String role, String node, String version) {
        Resource resource = Resource.create(Attributes.builder()
                .put("service.namespace", "flotilla")
                .put("service.name", "flotilla-" + role)
                .put("service.instance.id", node)
                .put("service.version", version)
                .build());
        return new OtlpTracing(SdkTracerProvider.builder()
                .setResource(resource)
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampling)))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setScheduleDelay(COLLECT)
                        .setMaxQueueSize(MOST_WAITING)
                        .setMaxExportBatchSize(MOST_AT_A_TIME)
                        .setExporterTimeout(EXPORT_WITHIN)
                        .build())
                .build());
    }

    private static URI traces(URI endpoint) {
        String path = Optional.ofNullable(endpoint.getPath()).orElse("");
        return path.isEmpty() || path.equals("/") ? endpoint.resolve(TRACES) : endpoint;
    }

    @Override
    public boolean isOn() {
        return true;
    }

    @Override
    public boolean wants(Optional<TraceParent> parent) {
        return parent.filter(TraceParent::sampled).isPresent();
    }

    @Override
    public Upload upload(RequestId id, Optional<TraceParent> client, Instant at) {
        io.opentelemetry.api.trace.Span span = tracer.spanBuilder("upload")
                .setSpanKind(SpanKind.SERVER)
                .setParent(client.map(OtlpTracing::remote).orElseGet(Context::root))
                .setStartTimestamp(at)
                .setAttribute("flotilla.request", id.value())
                .startSpan();
        return new RecordedUpload(this, span, at);
    }

    @Override
    public void done(TraceParent parent, Span span) {
        record(remote(parent), span);
    }

    /** Records a span and its parts, all of them over already. */
    void record(Context parent, Span span) {
        SpanBuilder builder = tracer.spanBuilder(span.name())
                .setParent(parent)
                .setSpanKind(SpanKind.valueOf(span.kind().name()))
                .setStartTimestamp(span.start());
        span.attributes().forEach(builder::setAttribute);
        io.opentelemetry.api.trace.Span begun = builder.startSpan();
        span.error().ifPresent(why -> begun.setStatus(StatusCode.ERROR, why));
        Context within = parent.with(begun);
        span.parts().forEach(part -> record(within, part));
        begun.end(span.end());
    }

    private static Context remote(TraceParent parent) {
        SpanContext context = SpanContext.createFromRemoteParent(
                parent.traceId(),
                parent.spanId(),
                parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
        return Context.root().with(io.opentelemetry.api.trace.Span.wrap(context));
    }

    /** Sends what is left, for some seconds at most. */
    @Override
    public void close() {
        provider.shutdown().join(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
