package flotilla.metrics;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.inference.InferenceMeters;
import flotilla.worker.WorkerMeters;
import flotilla.worker.WorkerNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * What goes on in a worker. Nearly all of it is seen from outside: {@link #around} puts a counting layer around each queue, store
 * and classifier, so that a worker that nobody counts has none of it. All meters are made at once.
 */
public final class WorkerMetrics implements WorkerMeters, InferenceMeters {
    private final MeterRegistry registry;
    private final Map<Stage, Timer> stages;
    private final Map<String, Counter> outcomes = new HashMap<>();
    private final Counter quarantined;

    WorkerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.stages = Stage.timers(registry);
        outcomes.put(Outcomes.LABELLED, outcome(Outcomes.LABELLED));
        for (FailureCode code : FailureCode.values()) {
            outcomes.put(code.text(), outcome(code.text()));
        }
        this.quarantined = counter("quarantined.images", "Images that ended workers and went to the dead-letter queue");
    }

    private Counter outcome(String name) {
        return Counter.builder("flotilla.worker.images")
                .description("Images for which this worker had an outcome, and a result stood in the store")
                .tag("outcome", name)
                .register(registry);
    }

    /** A worker's equipment that counts what passes through it. */
    public WorkerNode.Equipment around(WorkerNode.Equipment equipment) {
        WorkerNode.Queues queues = equipment.queues();
        WorkerNode.Classifiers classifiers = equipment.classifiers();
        return new WorkerNode.Equipment(
                new WorkerNode.Queues(
                        new MeteredRequests(queues.requests(), this),
                        new MeteredResponses(queues.responses(), stages.get(Stage.RESPOND)),
                        queues.terminate()),
                new MeteredImages(equipment.images(), stages.get(Stage.FETCH), fetchedBytes()),
                new MeteredResults(equipment.results(), stages.get(Stage.STORE), this::stored),
                new WorkerNode.Classifiers(
                        new MeteredClassifiers(classifiers.factory(), registry), classifiers.parallelism()),
                new WorkerNode.Watchers(this, equipment.watchers().tracing()));
    }

    /** What tells which images end workers, counted: those that go to the dead-letter queue. */
    public WorkerNode.Blame around(WorkerNode.Blame blame) {
        return new WorkerNode.Blame(
                blame.marks(),
                blame.attempts(),
                body -> blame.deadLetters().send(body).whenComplete((sent, failure) -> {
                    if (failure == null) {
                        quarantined.increment();
                    }
                }));
    }

    /** A counter of this room. */
    Counter counter(String name, String description, String... tags) {
        return Counter.builder("flotilla.worker." + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private Counter fetchedBytes() {
        return Counter.builder("flotilla.worker.fetched")
                .description("Images read from the store")
                .baseUnit("bytes")
                .register(registry);
    }

    private void stored(ClassificationResult result) {
        outcomes.get(Outcomes.name(result.outcome())).increment();
        record(Stage.QUEUE, result.timings().get("queue"));
        record(Stage.WAIT, result.timings().get("wait"));
        record(Stage.CLASSIFY, result.timings().get("classify"));
    }

    /** An image that did not get so far has not had every stage. */
    private void record(Stage stage, Double millis) {
        if (millis != null) {
            stages.get(stage).record(Math.round(millis * 1e6), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void show(int classifiers, IntSupplier inHand) {
        gauge("messages.in.hand", inHand, "Messages that are leased to this worker");
        gauge("classifiers", () -> classifiers, "Classifiers side by side");
    }

    private void gauge(String name, IntSupplier value, String description) {
        Gauge.builder("flotilla.worker." + name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void decoded(long nanos) {
        stages.get(Stage.DECODE).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void predicted(long nanos) {
        stages.get(Stage.PREDICT).record(nanos, TimeUnit.NANOSECONDS);
    }
}
