package flotilla.metrics;

import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/** Classifiers whose runs are counted: how many images in each, how long they are busy, how often they break. */
final class MeteredClassifiers implements ClassifierFactory {
    private static final double NANOS = 1e9;

    private final ClassifierFactory factory;
    private final AtomicInteger busy = new AtomicInteger();
    private final DistributionSummary batches;
    private final Counter busySeconds;
    private final Counter broken;

    MeteredClassifiers(ClassifierFactory factory, MeterRegistry registry) {
        this.factory = factory;
        this.batches = DistributionSummary.builder("flotilla.worker.batch.images")
                .description("Images classified together in one run")
                .serviceLevelObjectives(Boundaries.BATCHES)
                .register(registry);
        this.busySeconds = Counter.builder("flotilla.worker.classifier.busy")
                .description(
                        "Time that classifiers were at work, all together; per classifier and second it is how busy they are")
                .baseUnit("seconds")
                .register(registry);
        this.broken = Counter.builder("flotilla.worker.classifier.failures")
                .description("Runs in which a classifier broke, the images being innocent until proven otherwise")
                .register(registry);
        Gauge.builder("flotilla.worker.model.info", () -> 1)
                .description("What classifies here; always 1")
                .tag("model", factory.model())
                .tag("engine", factory.engine())
                .register(registry);
        Gauge.builder("flotilla.worker.classifiers.busy", busy, AtomicInteger::get)
                .description("Classifiers that are at work now")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public String model() {
        return factory.model();
    }

    @Override
    public String engine() {
        return factory.engine();
    }

    @Override
    public int parallelism() {
        return factory.parallelism();
    }

    @Override
    public int largestBatch() {
        return factory.largestBatch();
    }

    @Override
    public ImageClassifier create() {
        return new Metered(factory.create());
    }

    @Override
    public void close() {
        factory.close();
    }

    private final class Metered implements ImageClassifier {
        private final ImageClassifier classifier;

        Metered(ImageClassifier classifier) {
            this.classifier = classifier;
        }

        @Override
        public List<Outcome> classify(List<EncodedImage> images) {
            long start = System.nanoTime();
            boolean done = false;
            busy.incrementAndGet();
            try {
                List<Outcome> outcomes = classifier.classify(images);
                done = true;
                return outcomes;
            } finally {
                busy.decrementAndGet();
                busySeconds.increment((System.nanoTime() - start) / NANOS);
                batches.record(images.size());
                if (!done) {
                    broken.increment();
                }
            }
        }

        @Override
        public Outcome classify(EncodedImage image) {
            return classify(List.of(image)).get(0);
        }

        @Override
        public Optional<Steps> lastSteps() {
            return classifier.lastSteps();
        }

        @Override
        public OptionalDouble lastProcessorMillis() {
            return classifier.lastProcessorMillis();
        }

        @Override
        public void close() {
            classifier.close();
        }
    }
}
