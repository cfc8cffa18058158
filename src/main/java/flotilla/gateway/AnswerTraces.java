package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.GatewayId;
import flotilla.domain.TraceParent;
import flotilla.protocol.Span;
import flotilla.protocol.Tracing;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** The last span of an image's trace: its answer's way through the response queue to the gateway that received it. */
final class AnswerTraces {
    private final Tracing tracing;
    private final GatewayId gateway;
    private final Clock clock;

    AnswerTraces(Tracing tracing, GatewayId gateway, Clock clock) {
        this.tracing = tracing;
        this.gateway = gateway;
        this.clock = clock;
    }

    /**
     * The notice of a result came.
     *
     * @param sentAt by the queue's clock
     */
    void heard(ClassificationResult result, Instant sentAt) {
        Optional<TraceParent> parent = result.trace();
        if (tracing.wants(parent)) {
            tracing.done(
                    parent.get(),
                    Span.of("receive answer", Span.Kind.CONSUMER, sentAt, clock.instant())
                            .with("messaging.system", "aws_sqs")
                            .with("flotilla.request", result.id())
                            .with("flotilla.gateway", gateway)
                            .build());
        }
    }
}
