package flotilla.worker;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.config.WorkerSettings;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.InstanceId;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.domain.WorkerId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import flotilla.protocol.WireFormat;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;

/** What the tests of this room share. */
final class WorkerFixture {
    /** Self-fence of the workers made here. */
    static final Duration FENCE = Duration.ofMinutes(2);

    /** From then on they give back what is in hand: 8 s before a supervisor with the same settings takes them for dead. */
    static final Duration FENCE_END = FENCE.plusSeconds(20 + 10 - 8);

    /** Of most workers made here: short, so that they give back what cannot go on. */
    static final Duration PATIENCE = Duration.ofMillis(100);

    /** For a system in which such a worker runs. */
    static final Config CONFIG = ConfigFactory.parseString(
                    WorkerNode.CLASSIFIER_DISPATCHER
                            + " { type = Dispatcher, executor = thread-pool-executor, thread-pool-executor.fixed-pool-size = 2 }")
            .withFallback(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));

    private WorkerFixture() {}

    /** A worker's data path, whole, with two classifiers. */
    static Behavior<Worker.Command> node(
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            ClassifierFactory classifiers,
            Duration reportInterval) {
        WorkerSettings defaults = FlotillaSettings.from(CONFIG).worker();
        return node(
                queues, images, results, classifiers, reportInterval, defaults.prefetchHeap(), defaults.ioTimeout());
    }

    /** The same, with a name, marks and an end of its own. */
    static Behavior<Worker.Command> node(
            WorkerIdentity identity,
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            ClassifierFactory classifiers,
            Duration reportInterval,
            WorkerNode.Blame blame,
            Runnable onEnd) {
        WorkerSettings defaults = FlotillaSettings.from(CONFIG).worker();
        return node(
                identity,
                queues,
                images,
                results,
                CompletableFuture.completedStage(new WorkerNode.Classifiers(classifiers, 2)),
                reportInterval,
                defaults.prefetchHeap(),
                defaults.ioTimeout(),
                PATIENCE,
                defaults.hangAfter(),
                defaults.shutdownGrace(),
                blame,
                onEnd);
    }

    static Behavior<Worker.Command> node(
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            ClassifierFactory classifiers,
            Duration reportInterval,
            double prefetchHeap,
            Duration ioTimeout) {
        return node(
                queues,
                images,
                results,
                CompletableFuture.completedStage(new WorkerNode.Classifiers(classifiers, 2)),
                reportInterval,
                prefetchHeap,
                ioTimeout);
    }

    static Behavior<Worker.Command> node(
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            CompletionStage<WorkerNode.Classifiers> classifiers,
            Duration reportInterval,
            double prefetchHeap,
            Duration ioTimeout) {
        return node(
                queues,
                images,
                results,
                classifiers,
                reportInterval,
                prefetchHeap,
                ioTimeout,
                PATIENCE,
                FlotillaSettings.from(CONFIG).worker().hangAfter(),
                FlotillaSettings.from(CONFIG).worker().shutdownGrace(),
                new WorkerNode.Blame(
                        AttemptMarks.unkept(identity().process(), RunningTime.every(reportInterval)),
                        new MemoryStores.Attempts(),
                        new MemoryQueue()::send),
                () -> {});
    }

    static Behavior<Worker.Command> node(
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            CompletionStage<WorkerNode.Classifiers> classifiers,
            Duration reportInterval,
            double prefetchHeap,
            Duration ioTimeout,
            Duration patience,
            Duration hangAfter,
            Duration grace,
            WorkerNode.Blame blame,
            Runnable onEnd) {
        return node(
                identity(),
                queues,
                images,
                results,
                classifiers,
                reportInterval,
                prefetchHeap,
                ioTimeout,
                patience,
                hangAfter,
                grace,
                blame,
                onEnd);
    }

    private static Behavior<Worker.Command> node(
            WorkerIdentity identity,
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            CompletionStage<WorkerNode.Classifiers> classifiers,
            Duration reportInterval,
            double prefetchHeap,
            Duration ioTimeout,
            Duration patience,
            Duration hangAfter,
            Duration grace,
            WorkerNode.Blame blame,
            Runnable onEnd) {
        FlotillaSettings settings = FlotillaSettings.from(CONFIG);
        WorkerSettings defaults = settings.worker();
        return WorkerNode.create(
                identity,
                CompletableFuture.completedStage(blame),
                classifiers.thenApply(loaded -> new WorkerNode.Equipment(queues, images, results, loaded)),
                new WorkerSettings(
                        Optional.empty(),
                        Optional.empty(),
                        defaults.prefetch(),
                        defaults.prefetchLimit(),
                        prefetchHeap,
                        defaults.batchDeadline(),
                        1,
                        hangAfter,
                        ioTimeout,
                        patience,
                        reportInterval,
                        Duration.ZERO,
                        FENCE,
                        grace,
                        Optional.empty()),
                settings.queue(),
                Clock.systemUTC(),
                onEnd);
    }

    /** A worker that waits for stores and queues to come back, as the default is. */
    static Behavior<Worker.Command> patientNode(
            WorkerNode.Queues queues,
            MemoryStores.Images images,
            MemoryStores.Results results,
            ClassifierFactory classifiers,
            MemoryStores.Attempts attempts) {
        WorkerSettings defaults = FlotillaSettings.from(CONFIG).worker();
        return node(
                queues,
                images,
                results,
                CompletableFuture.completedStage(new WorkerNode.Classifiers(classifiers, 2)),
                Duration.ofMillis(50),
                defaults.prefetchHeap(),
                defaults.ioTimeout(),
                defaults.patience(),
                defaults.hangAfter(),
                defaults.shutdownGrace(),
                new WorkerNode.Blame(
                        AttemptMarks.unkept(identity().process(), RunningTime.every(Duration.ofMillis(50))),
                        attempts,
                        new MemoryQueue()::send),
                () -> {});
    }

    static WorkerIdentity identity() {
        return new WorkerIdentity(new WorkerId("i-1"), Optional.of(new InstanceId("i-1")), 1);
    }

    /** A request whose image is stored. */
    static ClassificationRequest stored(MemoryStores.Images images, String file) {
        RequestId id = RequestId.create(Instant.now(), new Random());
        ImageRef ref = new ImageRef("input", id + "/" + file);
        images.objects.put(ref.key(), ByteString.fromString(file));
        return new ClassificationRequest(
                id, ref, new FileName(file), new GatewayId("gateway-1"), Instant.now(), Optional.empty());
    }

    static String body(ClassificationRequest request) {
        return WireFormat.write(request);
    }

    /**
     * Labels an image with its file name. Names steer it: {@code broken…} breaks the classifier, {@code damaged…} is the
     * image's own fault, {@code slow…} waits for a permit.
     */
    static final class NamingClassifiers implements ClassifierFactory {
        final Semaphore slow = new Semaphore(0);
        final AtomicInteger made = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        final AtomicInteger classified = new AtomicInteger();

        @Override
        public String model() {
            return "naming";
        }

        @Override
        public ImageClassifier create() {
            made.incrementAndGet();
            return new ImageClassifier() {
                @Override
                public List<Outcome> classify(List<EncodedImage> images) {
                    return images.stream().map(this::name).toList();
                }

                private Outcome name(EncodedImage image) {
                    classified.incrementAndGet();
                    if (image.fileName().startsWith("broken")) {
                        throw new IllegalStateException("out of order");
                    }
                    if (image.fileName().startsWith("damaged")) {
                        return new Outcome.Failed(FailureCode.DAMAGED, "send it again");
                    }
                    if (image.fileName().startsWith("slow")) {
                        slow.acquireUninterruptibly();
                    }
                    return new Outcome.Labelled("naming", List.of(new Prediction(image.fileName(), 0, 1)));
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }

        @Override
        public void close() {
            // Nothing is shared.
        }
    }
}
