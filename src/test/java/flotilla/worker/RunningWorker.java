package flotilla.worker;

import static flotilla.worker.WorkerFixture.body;
import static flotilla.worker.WorkerFixture.stored;

import flotilla.domain.AppTierId;
import flotilla.domain.WorkerId;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** A whole worker that runs in a test's actor system: real actors and stream; queues and stores in memory. */
final class RunningWorker implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(15);
    private static final int MORE_THAN_ARE_SLOW = 1000;

    final MemoryQueue requests = new MemoryQueue();
    final MemoryQueue responses = new MemoryQueue();
    final MemoryTerminateRequests terminate = new MemoryTerminateRequests();
    final MemoryStores.Images images;
    final MemoryStores.Results results = new MemoryStores.Results();
    final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    final WorkerFixture.NamingClassifiers classifiers = new WorkerFixture.NamingClassifiers();
    /** Complete when its process is to end by an error. */
    final CompletableFuture<Done> ended = new CompletableFuture<>();
    /** Hears its reports, once it is linked. */
    final TestProbe<WorkerStatus> link;

    private final ActorTestKit kit;
    private final ActorRef<Worker.Command> ref;

    private RunningWorker(ActorTestKit kit, WorkerIdentity identity, Duration reportInterval, AttemptMarks marks) {
        this.kit = kit;
        this.images = new MemoryStores.Images(kit.system());
        this.link = kit.createTestProbe();
        this.ref = kit.spawn(WorkerFixture.node(
                identity,
                new WorkerNode.Queues(requests, responses, Optional.of(terminate)),
                images,
                results,
                classifiers,
                reportInterval,
                new WorkerNode.Blame(marks, attempts, new MemoryQueue()::send),
                () -> ended.complete(Done.getInstance())));
    }

    /** One that no supervisor knows. */
    static RunningWorker unknown(ActorTestKit kit, Duration reportInterval, AttemptMarks marks) {
        return new RunningWorker(kit, WorkerFixture.identity(), reportInterval, marks);
    }

    /** One that was started by hand, on a machine that nobody ends. */
    static RunningWorker byHand(ActorTestKit kit, Duration reportInterval, AttemptMarks marks) {
        return new RunningWorker(
                kit, new WorkerIdentity(new WorkerId("w-1"), Optional.empty(), 1), reportInterval, marks);
    }

    /** One that reports to {@link #link} twenty times a second and is known as app-tier id 3. */
    static RunningWorker registered(ActorTestKit kit) {
        Duration interval = Duration.ofMillis(50);
        RunningWorker worker = new RunningWorker(
                kit,
                WorkerFixture.identity(),
                interval,
                AttemptMarks.unkept(WorkerFixture.identity().process(), RunningTime.every(interval)));
        worker.reportTo(worker.link);
        worker.register();
        return worker;
    }

    ActorRef<Worker.Command> ref() {
        return ref;
    }

    void tell(Worker.Command command) {
        ref.tell(command);
    }

    void supervisorSays(WorkerCommand command) {
        tell(new Worker.FromSupervisor(command));
    }

    /** The supervisor has heard its first report, and knows its id. */
    void register() {
        supervisorSays(new WorkerCommand.Heard(1));
        supervisorSays(new WorkerCommand.Registered(Optional.of(new AppTierId(3))));
    }

    void reportTo(TestProbe<WorkerStatus> probe) {
        tell(new Worker.LinkUp(probe.getRef()));
    }

    /** Awaits a report of this activity; earlier ones are skipped. */
    WorkerStatus awaitActivity(Activity activity) {
        return awaitReport(status -> status.activity() == activity);
    }

    WorkerStatus awaitReport(Predicate<WorkerStatus> which) {
        return link.fishForMessage(
                        WITHIN,
                        status -> which.test(status) ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore())
                .get(0);
    }

    void eventually(Runnable assertion) {
        kit.createTestProbe().awaitAssert(WITHIN, () -> {
            assertion.run();
            return null;
        });
    }

    /** Images that stay inside a classifier until the test has them out. */
    List<QueueMessage> deliverSlowOnes(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> requests.deliver(body(stored(images, "slow-" + i + ".png")), 1))
                .toList();
    }

    @Override
    public void close() {
        classifiers.slow.release(MORE_THAN_ARE_SLOW);
        kit.stop(ref);
    }
}
