package flotilla.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.Span;
import flotilla.protocol.Span.Kind;
import flotilla.protocol.Tracing;
import flotilla.testing.OtlpServer;
import flotilla.testing.OtlpServer.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a collector gets, over a real socket. */
class OtlpTracingTest {
    private static final Instant AT = Instant.parse("2026-11-29T12:00:00.001Z");
    private static final RequestId ID = RequestId.create(AT, new Random(1));
    private static final TraceParent CLIENT =
            new TraceParent("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);
    private static final Duration LONG = Duration.ofMinutes(1);

    private OtlpServer collector;

    @BeforeEach
    void start() throws Exception {
        collector = OtlpServer.start();
    }

    @AfterEach
    void stop() {
        collector.close();
    }

    private OtlpTracing tracing(double sampling) {
        return OtlpTracing.open(collector.url(), sampling, "gateway", "node-1", "1.0");
    }

    private Map<String, Received> byName(int count) {
        return collector.awaited(count).stream().collect(Collectors.toMap(Received::name, Function.identity()));
    }

    private static long nanos(Instant at) {
        return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    }

    @Test
    void upload_shouldBeARootWithItsStepsAndWhatFollowsBelowIt() {
        Optional<TraceParent> context;
        try (OtlpTracing tracing = tracing(1)) {
            Tracing.Upload upload = tracing.upload(ID, Optional.empty(), AT);
            upload.stored(AT.plusMillis(10));
            upload.queued(AT.plusMillis(15));
            upload.ended(AT.plusMillis(16), Optional.empty());
            context = upload.context();
            assertThat(tracing.wants(context)).isTrue();
            tracing.done(
                    context.orElseThrow(),
                    Span.of("process image", Kind.CONSUMER, AT.plusMillis(20), AT.plusMillis(90))
                            .with("flotilla.worker", "i-1")
                            .part(Span.of("classify", Kind.INTERNAL, AT.plusMillis(30), AT.plusMillis(80))
                                    .part(Span.of("predict", Kind.INTERNAL, AT.plusMillis(40), AT.plusMillis(80))
                                            .build())
                                    .build())
                            .build());
        }

        Map<String, Received> spans = byName(6);
        assertThat(spans)
                .containsOnlyKeys("upload", "store image", "send request", "process image", "classify", "predict");
        Received root = spans.get("upload");
        assertThat(root.parentId()).isEmpty();
        assertThat(root.service()).isEqualTo("flotilla-gateway");
        assertThat(root.attributes()).containsEntry("flotilla.request", ID.value());
        assertThat(root.startNanos()).isEqualTo(nanos(AT));
        assertThat(root.endNanos()).isEqualTo(nanos(AT.plusMillis(16)));
        assertThat(context).contains(new TraceParent(root.traceId(), root.spanId(), true));
        assertThat(spans.values()).allMatch(span -> span.traceId().equals(root.traceId()));
        for (String step : List.of("store image", "send request", "process image")) {
            assertThat(spans.get(step).parentId()).as(step).isEqualTo(root.spanId());
        }
        assertThat(spans.get("send request").startNanos()).isEqualTo(nanos(AT.plusMillis(10)));
        assertThat(spans.get("classify").parentId())
                .isEqualTo(spans.get("process image").spanId());
        assertThat(spans.get("predict").parentId())
                .isEqualTo(spans.get("classify").spanId());
        assertThat(spans.get("process image").attributes()).containsEntry("flotilla.worker", "i-1");
    }

    @Test
    void clientsTrace_shouldBeJoinedWhateverTheRatio() {
        try (OtlpTracing tracing = tracing(0)) {
            Tracing.Upload upload = tracing.upload(ID, Optional.of(CLIENT), AT);
            assertThat(upload.context().orElseThrow().traceId()).isEqualTo(CLIENT.traceId());
            upload.ended(AT.plusMillis(1), Optional.of("too-large"));
        }

        assertThat(collector.awaited(1)).singleElement().satisfies(span -> {
            assertThat(span.traceId()).isEqualTo(CLIENT.traceId());
            assertThat(span.parentId()).isEqualTo(CLIENT.spanId());
            assertThat(span.error()).isEqualTo("too-large");
        });
    }

    @Test
    void uploadThatIsNotSampled_shouldCarryItsContextAndRecordNothing() {
        try (OtlpTracing tracing = tracing(0)) {
            Tracing.Upload upload = tracing.upload(ID, Optional.empty(), AT);
            upload.stored(AT.plusMillis(1));
            upload.queued(AT.plusMillis(2));
            upload.ended(AT.plusMillis(3), Optional.empty());

            assertThat(upload.context()).hasValueSatisfying(context -> {
                assertThat(context.sampled()).isFalse();
                assertThat(tracing.wants(Optional.of(context))).isFalse();
            });
            assertThat(tracing.wants(Optional.empty())).isFalse();
        }

        assertThat(collector.spans()).isEmpty();
    }

    @Test
    void spanThatEndsBeforeItBegins_shouldHaveNoLength() {
        try (OtlpTracing tracing = tracing(1)) {
            tracing.done(
                    CLIENT,
                    Span.of("receive answer", Kind.CONSUMER, AT, AT.minusSeconds(1))
                            .build());
        }

        assertThat(collector.awaited(1))
                .singleElement()
                .satisfies(span ->
                        assertThat(span.endNanos()).isEqualTo(span.startNanos()).isEqualTo(nanos(AT)));
    }

    @Test
    void collectorThatIsAway_shouldBeToldOnceAndCostNothingElse() {
        Logger log = (Logger) LoggerFactory.getLogger(OtlpTracing.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        collector.answer(500);
        ToldOnce exporter = new ToldOnce(
                io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter.builder()
                        .setEndpoint(collector.url() + "/v1/traces")
                        .setTimeout(LONG)
                        .setRetryPolicy(null)
                        .build(),
                collector.url());
        try {
            exporter.export(List.of()).join(LONG.toSeconds(), TimeUnit.SECONDS);
            exporter.export(List.of()).join(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(lines.list)
                    .singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage())
                            .startsWith("spans cannot be sent to " + collector.url())
                            .contains("flotilla.tracing.otlp-endpoint"));
            collector.answer(200);
            exporter.export(List.of()).join(LONG.toSeconds(), TimeUnit.SECONDS);

            assertThat(lines.list).hasSize(2);
            assertThat(lines.list.get(1).getFormattedMessage()).isEqualTo("spans are sent again lost=0");
        } finally {
            log.detachAppender(lines);
            exporter.shutdown().join(10, TimeUnit.SECONDS);
        }
    }
}
