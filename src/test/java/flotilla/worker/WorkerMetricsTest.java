package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.domain.WorkerId;
import flotilla.gateway.MetricsText.Form;
import flotilla.metrics.NodeMetrics;
import flotilla.metrics.WorkerMetrics;
import flotilla.protocol.ClassificationRequest;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import flotilla.testing.Scrape;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted of a worker's data path; real actors and stream, queues and stores in memory. */
class WorkerMetricsTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryQueue deadLetters = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    private final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    private final NodeMetrics node = NodeMetrics.open("worker", "1");
    private final WorkerMetrics metrics = node.worker();
    private WorkerNode.Equipment equipment;
    private ActorRef<Worker.Command> worker;

    @BeforeEach
    void start() {
        equipment = metrics.around(new WorkerNode.Equipment(
                new WorkerNode.Queues(requests, new MemoryQueue(), Optional.empty()),
                images,
                results,
                new WorkerNode.Classifiers(classifiers, 2)));
        FlotillaSettings settings = FlotillaSettings.from(WorkerFixture.CONFIG);
        worker = KIT.spawn(WorkerNode.create(
                new WorkerIdentity(new WorkerId("by-hand"), Optional.empty(), 1),
                CompletableFuture.completedStage(metrics.around(new WorkerNode.Blame(
                        AttemptMarks.unkept(
                                WorkerFixture.identity().process(),
                                RunningTime.every(settings.worker().reportInterval())),
                        attempts,
                        deadLetters::send))),
                CompletableFuture.completedStage(equipment),
                settings.worker(),
                settings.queue(),
                Clock.systemUTC(),
                () -> {
                    throw new AssertionError("a classifier hung");
                }));
    }

    @AfterEach
    void stop() {
        classifiers.slow.release(1000);
        KIT.stop(worker);
        node.close();
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    private Scrape scrape() {
        return Scrape.of(node.text(Form.PROMETHEUS));
    }

    private Scrape when(String sample, double value, String... labels) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), () -> {
            Scrape scrape = scrape();
            assertThat(scrape.value(sample, labels)).isEqualTo(value);
            return scrape;
        });
    }

    private ClassificationRequest deliver(String file, int receiveCount) {
        ClassificationRequest request = stored(images, file);
        requests.deliver(body(request), receiveCount);
        return request;
    }

    @Test
    void images_shouldBeCountedByOutcomeAndTimedStageByStage() {
        deliver("cat.png", 1);
        deliver("dog.png", 2);
        deliver("damaged.png", 1);

        when("flotilla_worker_messages_settled_total", 3, "action", "deleted");
        // Not that one: it may have read the others a moment before.
        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_worker_images_total", "outcome", "labelled"))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_worker_images_total", "outcome", "damaged"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_worker_images_total", "outcome", "input-missing"))
                .isZero();
        assertThat(scrape.value("flotilla_worker_messages_received_total", "delivery", "first"))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_worker_messages_received_total", "delivery", "again"))
                .isEqualTo(1);
        for (String stage : List.of("queue", "fetch", "wait", "classify", "store", "respond")) {
            assertThat(scrape.value("flotilla_worker_stage_seconds_count", "stage", stage))
                    .as(stage)
                    .isEqualTo(3);
        }
        assertThat(scrape.value("flotilla_worker_batch_images_sum")).isEqualTo(3);
        assertThat(scrape.value("flotilla_worker_fetched_bytes_total"))
                .isEqualTo("cat.png".length() + "dog.png".length() + "damaged.png".length());
        assertThat(scrape.value("flotilla_worker_classifier_busy_seconds_total"))
                .isPositive();
        assertThat(scrape.value("flotilla_worker_classifiers")).isEqualTo(2);
        assertThat(scrape.value("flotilla_worker_model_info", "engine", "none", "model", "naming"))
                .isEqualTo(1);
        when("flotilla_worker_messages_in_hand", 0);
    }

    @Test
    void imageInAClassifier_shouldBeInHandAndTheClassifierBusy() {
        deliver("slow.png", 1);

        when("flotilla_worker_classifiers_busy", 1);
        assertThat(scrape().value("flotilla_worker_messages_in_hand")).isEqualTo(1);

        classifiers.slow.release();
        when("flotilla_worker_classifiers_busy", 0);
        when("flotilla_worker_messages_in_hand", 0);
    }

    @Test
    void classifierThatBreaks_shouldBeCountedAndItsMessageReturned() {
        deliver("broken.png", 1);

        when("flotilla_worker_messages_settled_total", 1, "action", "returned");
        assertThat(scrape().value("flotilla_worker_classifier_failures_total")).isEqualTo(1);
        assertThat(scrape().value("flotilla_worker_images_total", "outcome", "labelled"))
                .isZero();
    }

    @Test
    void imageThatEndedTwoWorkers_shouldBeCountedAsQuarantined() {
        ClassificationRequest request = stored(images, "cat.png");
        attempts.died(request.id(), "process-1", false);
        attempts.died(request.id(), "process-2", true);
        requests.deliver(body(request), 3);

        when("flotilla_worker_quarantined_images_total", 1);
        assertThat(deadLetters.sent()).hasSize(1);
    }

    @Test
    void leases_shouldBeCountedWhetherTheyAreExtendedLostOrGivenBack() {
        var held = List.of(requests.deliver("x", 1), requests.deliver("y", 1));
        double returned = scrape().value("flotilla_worker_messages_settled_total", "action", "returned");
        equipment.queues().requests().extendLeases(held, Duration.ofSeconds(30));
        equipment.queues().requests().extendLeases(held, Duration.ZERO);
        requests.loseLeases();
        equipment.queues().requests().extendLeases(held, Duration.ofSeconds(30));

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_worker_leases_extended_total")).isEqualTo(2);
        assertThat(scrape.value("flotilla_worker_leases_lost_total")).isEqualTo(2);
        assertThat(scrape.value("flotilla_worker_messages_settled_total", "action", "returned"))
                .isGreaterThanOrEqualTo(returned + 2);
    }

    @Test
    void stepsOfANetwork_shouldBeTimed() {
        metrics.decoded(Duration.ofMillis(2).toNanos());
        metrics.predicted(Duration.ofMillis(20).toNanos());

        assertThat(scrape().value("flotilla_worker_stage_seconds_sum", "stage", "decode"))
                .isEqualTo(0.002);
        assertThat(scrape().value("flotilla_worker_stage_seconds_sum", "stage", "predict"))
                .isEqualTo(0.02);
    }
}
