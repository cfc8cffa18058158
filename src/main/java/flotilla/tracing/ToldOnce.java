package flotilla.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An exporter whose trouble is told once when it begins and once when it is over; OpenTelemetry itself would tell it by other means. */
final class ToldOnce implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpTracing.class);
    /** Kept, for loggers that nobody holds forget their level. */
    private static final java.util.logging.Logger ITS_OWN = java.util.logging.Logger.getLogger("io.opentelemetry");

    private final SpanExporter exporter;
    private final URI endpoint;
    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicLong lost = new AtomicLong();

    ToldOnce(SpanExporter exporter, URI endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
        ITS_OWN.setLevel(Level.OFF);
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode sent = exporter.export(spans);
        return sent.whenComplete(() -> told(sent.isSuccess(), spans.size()));
    }

    private void told(boolean success, int spans) {
        if (!success) {
            lost.addAndGet(spans);
            if (!away.getAndSet(true)) {
                LOG.warn(
                        "spans cannot be sent to {} and are lost; is a collector there that takes OTLP over HTTP? see"
                                + " flotilla.tracing.otlp-endpoint",
                        endpoint);
            }
        } else if (away.getAndSet(false)) {
            LOG.info("spans are sent again lost={}", lost.getAndSet(0));
        }
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
