package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.TraceParent;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.Span;
import flotilla.protocol.Span.Kind;
import flotilla.protocol.Tracing;
import flotilla.protocol.WireFormat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What this worker did for an image, told as one span with its steps when the image is through. Nothing is put together unless
 * somebody wants it. Safe for all threads.
 */
final class Traces {
    /** Of what is done for one delivery of an image. */
    static final String PROCESS = "process image";

    private static final String DELIVERY = "messaging.aws_sqs.delivery";
    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * A result was written, or found to stand when that was tried.
     *
     * @param own what this worker had to write
     */
    record Writing(ClassificationResult own, Instant began, Instant ended) {}

    private final Tracing tracing;
    private final WorkerIdentity identity;
    private final Clock clock;

    Traces(Tracing tracing, WorkerIdentity identity, Clock clock) {
        this.tracing = tracing;
        this.identity = identity;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /**
     * An image was answered.
     *
     * @param responding since when its notice was sent
     */
    void answered(Parcel.Stored parcel, Instant responding) {
        Optional<TraceParent> parent = parcel.request().traceParent();
        if (tracing.wants(parent)) {
            tracing.done(parent.get(), answered(parcel, responding, now()));
        }
    }

    private Span answered(Parcel.Stored parcel, Instant responding, Instant end) {
        Optional<Writing> writing = parcel.writing();
        Optional<Journey.Work> work =
                writing.flatMap(one -> one.own().journey()).flatMap(Journey::work);
        Span.Builder span = process(parcel, parcel.request(), end);
        span.with("flotilla.result", writing.isPresent() ? "made" : "found");
        Outcome outcome = parcel.result().outcome();
        span.with(
                "flotilla.outcome",
                outcome instanceof Outcome.Failed failed ? failed.code().text() : "labelled");
        work.ifPresent(known ->
                steps(span, parcel.request(), known, writing.get().own().timings()));
        writing.ifPresent(one -> span.part(
                Span.of("store result", Kind.CLIENT, one.began(), one.ended()).build()));
        return span.part(
                        Span.of("send response", Kind.PRODUCER, responding, end).build())
                .build();
    }

    private Span.Builder process(Parcel delivery, ClassificationRequest request, Instant end) {
        Span.Builder span = Span.of(PROCESS, Kind.CONSUMER, delivery.at(), end)
                .with("messaging.system", "aws_sqs")
                .with("messaging.message.id", delivery.message().messageId())
                .with(DELIVERY, delivery.message().receiveCount())
                .with("flotilla.request", request.id())
                .with("flotilla.worker", identity.id());
        identity.appTierId().ifPresent(id -> span.with("flotilla.app_tier_id", id));
        return span;
    }

    /** From the end back, since a step's length is exact and its beginning is not kept. */
    private static void steps(
            Span.Builder span, ClassificationRequest request, Journey.Work work, Map<String, Double> timings) {
        Instant end = work.finishedAt();
        Instant begin = end.minus(length(timings, "classify"));
        Instant fetched = begin.minus(length(timings, "wait"));
        // An image that came in its message was read from nowhere.
        if (request.content().isEmpty() && timings.containsKey("fetch")) {
            span.part(Span.of("fetch image", Kind.CLIENT, fetched.minus(length(timings, "fetch")), fetched)
                    .build());
        }
        if (!timings.containsKey("classify")) {
            return;
        }
        span.part(Span.of("wait for classifier", Kind.INTERNAL, fetched, begin).build());
        Span.Builder run = Span.of("classify", Kind.INTERNAL, begin, end).with("flotilla.batch", work.batch());
        if (timings.containsKey("predict")) {
            Instant predicting = end.minus(length(timings, "predict"));
            run.part(Span.of("decode", Kind.INTERNAL, begin, predicting)
                            .with("flotilla.decode_ms", timings.getOrDefault("decode", 0.0))
                            .build())
                    .part(Span.of("predict", Kind.INTERNAL, predicting, end).build());
        }
        span.part(run.build());
    }

    /** A delivery ended without an answer of this worker. */
    void settled(Parcel.Settled settled) {
        if (settled.verdict() == Verdict.ANSWERED || !tracing.isOn()) {
            return;
        }
        try {
            ClassificationRequest request =
                    WireFormat.readRequest(settled.message().body());
            Optional<TraceParent> parent = request.traceParent();
            if (tracing.wants(parent)) {
                tracing.done(
                        parent.get(),
                        process(settled, request, now())
                                .inVain(Optional.of(settled.verdict().text()))
                                .build());
            }
        } catch (WireFormat.UnreadableException nobodysTrace) {
            // It was logged when it came.
        }
    }

    private static Duration length(Map<String, Double> timings, String stage) {
        return Duration.ofNanos(Math.round(timings.getOrDefault(stage, 0.0) * NANOS_PER_MILLI));
    }
}
