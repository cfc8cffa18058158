package flotilla.worker;

import flotilla.config.QueueSettings;
import flotilla.config.WorkerSettings;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.ExponentialBackoff;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.Patience;
import flotilla.protocol.ResultStore;
import flotilla.protocol.Tracing;
import flotilla.scaling.ScalingLimits;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a worker's data path together: router, lease keeper, pipeline and the {@link Worker} that steers them. */
public final class WorkerNode {
    /** The dispatcher that classifiers block; its pool has a thread for each. */
    public static final String CLASSIFIER_DISPATCHER = "flotilla-classifier-dispatcher";

    private static final Logger LOG = LoggerFactory.getLogger(WorkerNode.class);
    private static final int JOIN_WAIT_SECONDS = 5;
    private static final Duration JOIN_WAIT = Duration.ofSeconds(JOIN_WAIT_SECONDS);
    /** More messages than the cluster's side sends while a model is loaded, at one or two a second. */
    private static final int MESSAGES_WHILE_WAITING = 100_000;

    private static final Duration REPLACE_AFTER = Duration.ofSeconds(1);
    private static final Duration RESTART_BACKOFF = Duration.ofSeconds(2);
    /** Between the tries of one call to a store or queue that is away, each of which tries a few times by itself. */
    private static final ExponentialBackoff PAUSES =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));

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
            DeadLetters deadLetters,
            Tracing tracing) {}

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
     * @param watchers who look on
     */
    public record Equipment(
            Queues queues, ImageStore images, ResultStore results, Classifiers classifiers, Watchers watchers) {
        /** Equipment of a worker that nobody looks at. */
        public Equipment(Queues queues, ImageStore images, ResultStore results, Classifiers classifiers) {
            this(queues, images, results, classifiers, new Watchers(WorkerMeters.NONE, Tracing.OFF));
        }
    }

    /**
     * Who look on.
     *
     * @param meters is shown what the worker has in hand
     * @param tracing is told what became of each image
     */
    public record Watchers(WorkerMeters meters, Tracing tracing) {}

    /** What came first of it. */
    private record Blaming(Blame blame, Attempts attempts) {}

    /** All that it takes to work is there, or will never be. */
    private record Equipped(Blaming blaming, Equipment equipment, Throwable failure) implements Worker.Command {}

    /**
     * The worker's guardian. Until its equipment is there it keeps what it is told for later, so that the node joins the
     * cluster meanwhile; it ends when there will be none. A worker with an instance receives when it has its
     * app-tier id, or has waited {@value #JOIN_WAIT_SECONDS} s for it, and a supervisor has acknowledged a report; one that was started by hand
     * gets none and does not wait.
     *
     * @param blame completes when the stores can be used: what died on this machine is reported then, before the model is loaded,
     *     since the leases of its images do not wait for that
     * @param equipment completes when the queues and stores can be used and the model is loaded
     * @param onEnd ends the process, because a classifier hung or a part died; all that could be given back is given back. Must not
     *     block
     */
    public static Behavior<Worker.Command> create(
            WorkerIdentity identity,
            CompletionStage<Blame> blame,
            CompletionStage<Equipment> equipment,
            WorkerSettings settings,
            QueueSettings queue,
            Clock clock,
            Runnable onEnd) {
        Worker.Settings life = new Worker.Settings(
                identity.instance().isPresent() ? JOIN_WAIT : Duration.ZERO,
                settings.reportInterval(),
                settings.selfFence(),
                ScalingLimits.deadAfter(settings.selfFence(), queue.receiveWait())
                        .minus(WorkerEnding.TIME_TO_GIVE_BACK),
                RESTART_BACKOFF,
                settings.hangAfter(),
                settings.shutdownGrace());
        return Behaviors.setup(context -> {
            ActorSystem<?> system = context.getSystem();
            Duration longestAlone = settings.hangAfter().plus(queue.visibilityTimeout());
            context.pipeToSelf(
                    blame.thenApply(given -> blaming(system, given, settings.ioTimeout(), longestAlone))
                            .thenCombine(equipment, (blaming, given) -> new Equipped(blaming, given, null)),
                    (equipped, failure) -> failure == null ? equipped : new Equipped(null, null, failure));
            return waiting(equipped -> Worker.create(
                    life, self -> parts(context, self, identity, equipped, settings, queue, clock, onEnd)));
        });
    }

    private static Behavior<Worker.Command> waiting(Function<Equipped, Behavior<Worker.Command>> worker) {
        return Behaviors.withStash(
                MESSAGES_WHILE_WAITING,
                stash -> Behaviors.receive(Worker.Command.class)
                        .onMessage(
                                Equipped.class,
                                equipped -> equipped.failure() == null
                                        ? stash.unstashAll(worker.apply(equipped))
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
            Equipped equipped,
            WorkerSettings settings,
            QueueSettings queue,
            Clock clock,
            Runnable onEnd) {
        Equipment equipment = equipped.equipment();
        AttemptMarks marks = equipped.blaming().blame().marks();
        Attempts attempts = equipped.blaming().attempts();
        Classifiers classifiers = equipment.classifiers();
        Ports ports = new Ports(
                equipment.queues().requests(),
                equipment.queues().responses(),
                equipment.images(),
                equipment.results(),
                equipped.blaming().blame().deadLetters(),
                equipment.watchers().tracing());
        int parallelism = classifiers.parallelism();
        Leases leases = new Leases(marks.time(), () -> worker.tell(new Worker.HandsChanged()));
        equipment.watchers().meters().show(parallelism, leases::inHand);
        Prefetch prefetch = new Prefetch(parallelism, settings.prefetch(), settings.prefetchLimit());
        Patience patience = new Patience(
                "stores and queues",
                PAUSES,
                settings.patience(),
                Patience.Timer.of(context.getSystem().executionContext()),
                new Random(),
                () -> worker.tell(new Worker.HandsChanged()));
        ActorRef<ClassifierRouter.Command> router = context.spawn(
                ClassifierRouter.create(
                        classifiers.factory(),
                        marks,
                        parallelism,
                        new ClassifierRouter.Limits(settings.batchDeadline(), settings.hangAfter(), REPLACE_AFTER),
                        DispatcherSelector.fromConfig(CLASSIFIER_DISPATCHER)),
                "classifier-router");
        context.watchWith(router, new Worker.PartLost("classifier router"));
        ActorRef<LeaseKeeper.Command> keeper = context.spawn(
                LeaseKeeper.create(
                        ports.requests(), leases, queue.visibilityTimeout(), settings.hangAfter(), marks.time()),
                "lease-keeper");
        context.watchWith(keeper, new Worker.PartLost("lease keeper"));
        ImagePipeline pipeline = new ImagePipeline(
                context.getSystem(),
                ports,
                router,
                identity,
                attempts,
                new ImagePipeline.Holding(leases, prefetch, patience),
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
                identity,
                attempts,
                leases,
                new HandBack(ports.requests(), leases),
                pipeline,
                router,
                taker,
                marks.time(),
                onEnd);
    }

    /** What died here before is reported at once: this machine's last worker may have died a moment ago. */
    private static Blaming blaming(ActorSystem<?> system, Blame blame, Duration ioTimeout, Duration longestAlone) {
        Attempts attempts = new Attempts(
                blame.marks(),
                blame.attempts(),
                system.dispatchers().lookup(DispatcherSelector.blocking()),
                ioTimeout,
                longestAlone,
                Patience.Timer.of(system.executionContext()));
        attempts.reportDead().whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("what dead workers left behind is reported later: {}", failure.toString());
            }
        });
        return new Blaming(blame, attempts);
    }
}
