package flotilla.metrics;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.gateway.GatewayMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * What goes on in a gateway. Meters are made when their first event comes, and kept; those that an alert looks for from the start,
 * since Prometheus sees no growth in a series that begins with its first event.
 */
public final class GatewayMetrics implements GatewayMeters {
    private static final String FORGOTTEN = "forgotten";
    private static final String OTHER = "other";
    private static final double MILLIS = 1000;
    private static final long NONE_WAITS = Long.MAX_VALUE;

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<String, Counter> problems = new ConcurrentHashMap<>();
    private final Map<String, Counter> refused = new ConcurrentHashMap<>();
    private final Map<String, Timer> answered = new ConcurrentHashMap<>();
    private final Map<String, Counter> answeredLate = new ConcurrentHashMap<>();
    private final Map<FailureCode, Counter> givenUp = new EnumMap<>(FailureCode.class);
    private final Counter accepted;
    private final Counter acceptedBytes;
    private final AtomicInteger uploads = new AtomicInteger();
    private volatile int unanswered;
    private volatile long oldestMillis = NONE_WAITS;
    private volatile int waiting;

    GatewayMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        this.accepted = Counter.builder("flotilla.gateway.images.accepted")
                .description("Images that were stored and queued")
                .register(registry);
        this.acceptedBytes = Counter.builder("flotilla.gateway.accepted")
                .baseUnit("bytes")
                .description("Images that were stored and queued, in the size in which they were sent")
                .register(registry);
        answers(Outcomes.LABELLED);
        answers(FORGOTTEN);
        lateAnswers(Outcomes.LABELLED);
        for (FailureCode code : FailureCode.values()) {
            if (code.isProvisional()) {
                givenUp.put(code, givenUpImages(code));
            }
        }
        gauge("flotilla.gateway.uploads", uploads::get, "Images that are received now, or wait for their turn to be");
        gauge("flotilla.gateway.unanswered.images", () -> unanswered, "Images accepted here that have no answer yet");
        gauge("flotilla.gateway.waiting.callers", () -> waiting, "Callers that wait for an answer now");
        Gauge.builder("flotilla.gateway.oldest.unanswered", this::oldestAge)
                .baseUnit("seconds")
                .description("How long the image has waited that has waited longest; 0 when none waits")
                .strongReference(true)
                .register(registry);
    }

    private Counter givenUpImages(FailureCode code) {
        return Counter.builder("flotilla.gateway.given.up.images")
                .description("Images that were given up, kept for a redrive and their callers told so, by why")
                .tag("code", code.text())
                .register(registry);
    }

    private void gauge(String name, IntSupplier value, String description) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private double oldestAge() {
        long since = oldestMillis;
        return since == NONE_WAITS ? 0 : Math.max(0, clock.millis() - since) / MILLIS;
    }

    @Override
    public RequestMeter requests(String method, String path) {
        return new Requests(method, path);
    }

    @Override
    public RequestMeter otherRequests() {
        return new Requests(OTHER, OTHER);
    }

    @Override
    public void problem(String code) {
        problems.computeIfAbsent(
                        code,
                        one -> Counter.builder("flotilla.gateway.problems")
                                .description("Requests that were answered with a problem, by its code")
                                .tag("code", one)
                                .register(registry))
                .increment();
    }

    @Override
    public void uploadBegan() {
        uploads.incrementAndGet();
    }

    @Override
    public void uploadEnded() {
        uploads.decrementAndGet();
    }

    @Override
    public void accepted(long bytes) {
        accepted.increment();
        acceptedBytes.increment(bytes);
    }

    @Override
    public void refused(String code) {
        refused.computeIfAbsent(
                        code,
                        one -> Counter.builder("flotilla.gateway.images.refused")
                                .description("Images that were not taken, by the problem's code")
                                .tag("code", one)
                                .register(registry))
                .increment();
    }

    @Override
    public void answered(Outcome outcome, Duration took) {
        answers(Outcomes.name(outcome)).record(took);
    }

    @Override
    public void answeredLate(Outcome outcome) {
        lateAnswers(Outcomes.name(outcome)).increment();
    }

    @Override
    public void forgotten(Duration waited) {
        answers(FORGOTTEN).record(waited);
    }

    @Override
    public void givenUp(FailureCode code) {
        givenUp.get(code).increment();
    }

    private Counter lateAnswers(String outcome) {
        return answeredLate.computeIfAbsent(
                outcome,
                one -> Counter.builder("flotilla.gateway.late.answers")
                        .description("Images that were answered after they had been counted as forgotten, by outcome")
                        .tag("outcome", one)
                        .register(registry));
    }

    private Timer answers(String outcome) {
        return answered.computeIfAbsent(
                outcome,
                one -> Timer.builder("flotilla.gateway.answer")
                        .description(
                                "From an image's acceptance to its answer, at the gateway that accepted it, by outcome")
                        .tag("outcome", one)
                        .serviceLevelObjectives(Boundaries.ANSWERS)
                        .register(registry));
    }

    @Override
    public void unanswered(int images, Optional<Instant> oldest) {
        unanswered = images;
        oldestMillis = oldest.map(Instant::toEpochMilli).orElse(NONE_WAITS);
    }

    @Override
    public void waiting(int callers) {
        waiting = callers;
    }

    @Override
    public void breaker(String service, BooleanSupplier open) {
        Gauge.builder("flotilla.gateway.breaker.open", open, state -> state.getAsBoolean() ? 1 : 0)
                .description("1 while a service is not asked because it fails")
                .tag("service", service)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void connections(IntSupplier open) {
        gauge("flotilla.gateway.connections", open, "Connections of clients");
    }

    /** The requests for one endpoint, a timer for each class of status. */
    private final class Requests implements RequestMeter {
        private static final int HUNDRED = 100;
        private static final int CLASSES = 6;

        private final String method;
        private final String path;
        private final AtomicReferenceArray<Timer> byClass = new AtomicReferenceArray<>(CLASSES);

        Requests(String method, String path) {
            this.method = method;
            this.path = path;
        }

        @Override
        public void answered(int status, long nanos) {
            int kind = Math.min(CLASSES - 1, status / HUNDRED);
            Timer timer = byClass.get(kind);
            if (timer == null) {
                timer = timer(kind);
                byClass.set(kind, timer);
            }
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }

        private Timer timer(int kind) {
            return Timer.builder("flotilla.gateway.request")
                    .description("From a request's header to its answer's, by endpoint, method and class of status")
                    .tag("method", method)
                    .tag("endpoint", path)
                    .tag("status", kind + "xx")
                    .serviceLevelObjectives(Boundaries.REQUESTS)
                    .register(registry);
        }
    }
}
