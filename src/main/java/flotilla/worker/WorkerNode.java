package flotilla.worker;

import flotilla.config.QueueSettings;
import flotilla.config.WorkerSettings;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;

/** Puts a worker's data path together: router, lease keeper, pipeline and the {@link Worker} that steers them. */
public final class WorkerNode {
    /** The dispatcher that classifiers block; its pool has a thread for each. */
    public static final String CLASSIFIER_DISPATCHER = "flotilla-classifier-dispatcher";

    private static final int JOIN_WAIT_SECONDS = 5;
    private static final Duration JOIN_WAIT = Duration.ofSeconds(JOIN_WAIT_SECONDS);
    /** More messages than the cluster's side sends while a model is loaded, at one or two a second. */
    private static final int MESSAGES_WHILE_WAITING = 100_000;

    private static final Duration RESTART_BACKOFF = Duration.ofSeconds(2);

    private WorkerNode() {}

    /**
     * The queues that a worker reads and writes.
     *
     * @param terminate the terminate queues, when drains go through them
     */
    public record Queues(MessageQueue requests, MessageQueue responses, Optional<TerminateRequests> terminate) {}

    /** What classifies, and how many times side by side. */
    public record Classifiers(ClassifierFactory factory, int parallelism) {}

    /** What the data path talks to. */
    record Ports(
            MessageQueue requests,
            MessageQueue responses,
            ImageStore images,
            ResultStore results,
            DeadLetters deadLetters) {}

    /**
     * What tells which images end workers, and where these go.
     *
     * @param marks of this process
     */
    public record Blame(AttemptMarks marks, AttemptStore attempts, DeadLetters deadLetters) {}

    /**
     * All that a worker needs for its first image.
     *
     * @param images the image store, made for the worker's actor system
     * @param results the result store, made for the worker's actor system
     * @param meters is shown what the worker has in hand
     */
    public record Equipment(
            Queues queues,
            ImageStore images,
            ResultStore results,
            Classifiers classifiers,
            Blame blame,
            WorkerMeters meters) {
        /** Equipment of a worker that nobody looks at. */
        public Equipment(Queues queues, ImageStore images, ResultStore results, Classifiers classifiers, Blame blame) {
            this(queues, images, results, classifiers, blame, WorkerMeters.NONE);
        }
    }

    /**
     * The worker's guardian. Until its equipment is there it keeps what it is told for later, so that the node joins the
     * cluster meanwhile; it ends when there will be none. A worker with an instance receives when it has its
     * app-tier id, or has waited {@value #JOIN_WAIT_SECONDS} s for it; one that was started by hand gets none and does not wait.
     *
     * @param equipment completes when the queues and stores can be used and the model is loaded
     * @param onHung ends the process at once, because a classifier hung; all that could be given back is given back
     */
    public static Behavior<Worker.Command> create(
            WorkerIdentity identity,
            CompletionStage<Equipment> equipment,
            WorkerSettings settings,
            QueueSettings queue,
            Clock clock,
            Runnable onHung) {
        Worker.Settings life = new Worker.Settings(
                identity.instance().isPresent() ? JOIN_WAIT : Duration.ZERO,
                settings.reportInterval(),
                settings.selfFence(),
                RESTART_BACKOFF,
                settings.hangAfter(),
                settings.shutdownGrace());
        return Behaviors.setup(context -> waiting(
                context,
                equipment,
                equipped -> Worker.create(
                        life, self -> parts(context, self, identity, equipped, settings, queue, clock, onHung))));
    }

    private static Behavior<Worker.Command> waiting(
            ActorContext<Worker.Command> context,
            CompletionStage<Equipment> equipment,
            Function<Equipment, Behavior<Worker.Command>> worker) {
        context.pipeToSelf(equipment, Worker.Equipped::new);
        return Behaviors.withStash(
                MESSAGES_WHILE_WAITING,
                stash -> Behaviors.receive(Worker.Command.class)
                        .onMessage(
                                Worker.Equipped.class,
                                equipped -> equipped.failure() == null
                                        ? stash.unstashAll(worker.apply(equipped.equipment()))
                                        : Behaviors.stopped())
                        .onAnyMessage(message -> {
                            stash.stash(message);
                            return Behaviors.same();
                        })
                        .build());
    }

    private static Worker.Parts parts(
            ActorContext<Worker.Command> context,
            ActorRef<Worker.Command> worker,
            WorkerIdentity identity,
            Equipment equipment,
            WorkerSettings settings,
            QueueSettings queue,
            Clock clock,
            Runnable onHung) {
        Classifiers classifiers = equipment.classifiers();
        Ports ports = new Ports(
                equipment.queues().requests(),
                equipment.queues().responses(),
                equipment.images(),
                equipment.results(),
                equipment.blame().deadLetters());
        Attempts attempts = attempts(context, equipment.blame(), settings);
        int parallelism = classifiers.parallelism();
        Leases leases = new Leases(clock, () -> worker.tell(new Worker.HandsChanged()));
        equipment.meters().show(parallelism, leases::inHand);
        Prefetch prefetch = new Prefetch(parallelism, settings.prefetch(), settings.prefetchLimit());
        ActorRef<ClassifierRouter.Command> router = context.spawn(
                ClassifierRouter.create(
                        classifiers.factory(),
                        equipment.blame().marks(),
                        parallelism,
                        settings.batchDeadline(),
                        DispatcherSelector.fromConfig(CLASSIFIER_DISPATCHER)),
                "classifier-router");
        context.watchWith(router, new Worker.PartLost("classifier router"));
        ActorRef<LeaseKeeper.Command> keeper = context.spawn(
                LeaseKeeper.create(ports.requests(), leases, queue.visibilityTimeout(), settings.hangAfter(), clock),
                "lease-keeper");
        context.watchWith(keeper, new Worker.PartLost("lease keeper"));
        ImagePipeline pipeline = new ImagePipeline(
                context.getSystem(),
                ports,
                router,
                identity,
                attempts,
                leases,
                prefetch,
                new ImagePipeline.Limits(
                        settings.hangAfter(),
                        settings.ioTimeout(),
                        (long) (settings.prefetchHeap() * Runtime.getRuntime().maxMemory()),
                        parallelism * classifiers.factory().largestBatch() + settings.prefetchLimit(),
                        parallelism),
                clock);
        ActorRef<TerminateRequestTaker.Command> taker = equipment
                .queues()
                .terminate()
                .map(requests -> context.spawn(
                        TerminateRequestTaker.create(
                                new TerminateRequestTaker.Settings(
                                        settings.reportInterval(), queue.visibilityTimeout()),
                                new TerminateRequestTaker.Parts(
                                        identity, requests, leases, pipeline::answered, worker)),
                        "terminate-request-taker"))
                .orElseGet(() -> context.getSystem().ignoreRef());
        return new Worker.Parts(
                identity, attempts, leases, new HandBack(ports.requests(), leases), pipeline, router, taker, onHung);
    }

    /** What died here before is reported at once: this machine's last worker may have died a moment ago. */
    private static Attempts attempts(ActorContext<Worker.Command> context, Blame blame, WorkerSettings settings) {
        Attempts attempts = new Attempts(
                blame.marks(),
                blame.attempts(),
                context.getSystem().dispatchers().lookup(DispatcherSelector.blocking()),
                settings.ioTimeout());
        Logger log = context.getLog();
        attempts.reportDead().whenComplete((done, failure) -> {
            if (failure != null) {
                log.warn("what dead workers left behind is reported later: {}", failure.toString());
            }
        });
        return attempts;
    }
}
