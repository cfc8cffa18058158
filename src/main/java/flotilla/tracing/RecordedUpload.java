package flotilla.tracing;

import flotilla.domain.TraceParent;
import flotilla.protocol.Span;
import flotilla.protocol.Span.Kind;
import flotilla.protocol.Tracing;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Optional;

/** An upload's span, on which the rest of the image's trace hangs. Its steps come one after the other, on whichever threads. */
final class RecordedUpload implements Tracing.Upload {
    private final OtlpTracing tracing;
    private final io.opentelemetry.api.trace.Span span;
    private final Optional<TraceParent> context;
    private volatile Instant last;

    RecordedUpload(OtlpTracing tracing, io.opentelemetry.api.trace.Span span, Instant began) {
        this.tracing = tracing;
        this.span = span;
        SpanContext own = span.getSpanContext();
        this.context = Optional.of(new TraceParent(own.getTraceId(), own.getSpanId(), own.isSampled()));
        this.last = began;
    }

    @Override
    public Optional<TraceParent> context() {
        return context;
    }

    @Override
    public void stored(Instant at) {
        step("store image", Kind.CLIENT, at);
    }

    @Override
    public void queued(Instant at) {
        step("send request", Kind.PRODUCER, at);
    }

    private void step(String name, Kind kind, Instant at) {
        if (span.isRecording()) {
            tracing.record(
                    Context.root().with(span), Span.of(name, kind, last, at).build());
        }
        last = at;
    }

    @Override
    public void ended(Instant at, Optional<String> refusal) {
        refusal.ifPresent(code -> span.setStatus(StatusCode.ERROR, code));
        span.end(at);
    }
}
