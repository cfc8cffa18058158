package flotilla.bench;

import flotilla.testing.OtlpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What tracing costs: a system that records a tenth of its images and sends their spans to a collector ÷ one that records none. */
final class TracingRow implements Row {
    private static final double SAMPLING = 0.1;
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final String WORKER = "flotilla-worker";

    @Override
    public String name() {
        return "tracing";
    }

    @Override
    public String about(Subject asked) {
        return "the whole system, saturated over HTTP: with traces of " + SAMPLING + " of all images ÷ without";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        try (OtlpServer collector = OtlpServer.start()) {
            return Overhead.measure(
                    lab,
                    List.of(),
                    List.of(
                            "flotilla.tracing.otlp-endpoint=" + collector.url(),
                            "flotilla.tracing.sampling=" + SAMPLING),
                    new Collecting(collector));
        }
    }

    private record Collecting(OtlpServer collector) implements Overhead.Use {
        @Override
        public void require(Stand.Gateway gateway, Instant since) throws Exception {
            // Older spans may be those of the worker before.
            long from = TimeUnit.MILLISECONDS.toNanos(since.toEpochMilli());
            Lab.await(
                    "spans of the worker at the collector",
                    WITHIN,
                    () -> collector.spans().stream()
                            .anyMatch(span -> span.service().equals(WORKER) && span.endNanos() > from));
        }
    }
}
