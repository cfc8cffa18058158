package flotilla.app;

import com.typesafe.config.Config;
import flotilla.aws.AwsCalls;
import flotilla.aws.imds.Ec2Identity;
import flotilla.config.DrainSettings;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.inference.Classifiers;
import flotilla.inference.InferenceMeters;
import flotilla.inference.MachineCache;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.ImageStore;
import flotilla.worker.AttemptMarks;
import flotilla.worker.ControlPlane;
import flotilla.worker.MarkFolder;
import flotilla.worker.RunningTime;
import flotilla.worker.Worker;
import flotilla.worker.WorkerIdentity;
import flotilla.worker.WorkerMeters;
import flotilla.worker.WorkerNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker node, put together: the data path in an actor system of its own, and beside it the cluster's side, which may be
 * dropped and joined anew while images go on.
 */
final class WorkerRole implements AutoCloseable {
    static final String ROLE = "worker";

    private static final Logger LOG = LoggerFactory.getLogger(WorkerRole.class);
    private static final Duration IDENTITY_WITHIN = Duration.ofSeconds(20);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final CloudConnections cloud;
    private final ClassifierFactory classifiers;
    private final ActorSystem<Worker.Command> data;
    private final ControlPlane control;
    private final AttemptMarks marks;
    private final CompletionStage<Done> over;
    private final Optional<WorkerMetering> metering;
    private final Optional<NoticeWatch> notices;
    private final NodeTracing tracing;
    private final Duration grace;

    private WorkerRole(
            CloudConnections cloud,
            ClassifierFactory classifiers,
            ActorSystem<Worker.Command> data,
            ControlPlane control,
            AttemptMarks marks,
            CompletionStage<Done> over,
            Optional<WorkerMetering> metering,
            Optional<NoticeWatch> notices,
            NodeTracing tracing,
            Duration grace) {
        this.cloud = cloud;
        this.classifiers = classifiers;
        this.data = data;
        this.control = control;
        this.marks = marks;
        this.over = over;
        this.metering = metering;
        this.notices = notices;
        this.tracing = tracing;
        this.grace = grace;
    }

    /** Finds out who this worker is and what it was handed, loads the model, and starts to work. */
    static WorkerRole start(CommonOptions options) {
        CommonOptions.Loaded own = options.load(ROLE);
        Optional<Ec2Identity.Identity> instance = instance(own.settings());
        CommonOptions.Loaded loaded =
                instance.flatMap(Ec2Identity.Identity::userData).isPresent()
                        ? options.load(ROLE, List.of(), instance.get().userData(), List.of())
                        : own;
        FlotillaSettings settings = loaded.settings();
        WorkerIdentity identity = identity(settings, instance.map(Ec2Identity.Identity::instanceId));

        int mostParallelism =
                settings.classifier().parallelism(Runtime.getRuntime().availableProcessors());

        // Before anything is begun that would have to be ended again when it is refused.
        Config member = NodeConfig.joining(loaded.config(), settings.cluster(), ROLE);
        Optional<WorkerMetering> metering = WorkerMetering.open(settings);
        NodeTracing tracing = NodeTracing.open(settings.tracing(), ROLE, identity.process());

        AwsCalls calls = new AwsCalls();
        AwayAtStart away = AwayAtStart.ofProcess();
        // Each of these takes a good part of a second, and none needs another: they run side by side.
        CompletableFuture<ClassifierFactory> model = inThread(
                "start-model",
                () -> Classifiers.open(
                        away.get(() -> ModelDownload.local(loaded)),
                        settings.classifier(),
                        settings.http().maxPixels(),
                        metering.map(WorkerMetering::inference).orElse(InferenceMeters.NONE)));
        CompletableFuture<CloudConnections> connections = inThread(
                "start-connections",
                () -> CloudConnections.open(settings, settings.worker().receiveParallelism(), calls));
        CompletableFuture<WorkerNode.Queues> queues = connections.thenApplyAsync(
                cloud -> away.get(() -> queues(cloud, settings, identity)), task -> daemon("start-queues", task));
        CompletableFuture<WorkerNode.Equipment> equipment = new CompletableFuture<>();
        CompletableFuture<Done> over = new CompletableFuture<>();
        AttemptMarks marks = marks(settings, identity);
        CompletableFuture<ActorSystem<?>> system = new CompletableFuture<>();
        CompletableFuture<WorkerNode.Blame> blame = connections.thenCombine(system, (cloud, its) -> {
            WorkerNode.Blame plain = new WorkerNode.Blame(marks, cloud.attempts(its), cloud.deadLetters());
            return metering.map(counts -> counts.around(plain)).orElse(plain);
        });
        ActorSystem<Worker.Command> data = ActorSystem.create(
                WorkerNode.create(
                        identity,
                        blame,
                        equipment,
                        settings.worker(),
                        settings.queue(),
                        Clock.systemUTC(),
                        () -> over.complete(Done.getInstance())),
                settings.cluster().name() + "-data",
                NodeConfig.dataPath(loaded.config(), WorkerNode.CLASSIFIER_DISPATCHER, mostParallelism));
        ControlPlane control = new ControlPlane(
                settings.cluster().name(),
                member,
                identity,
                data,
                context -> SupervisorProxy.find(context.getSystem()),
                calls::soFar);
        try {
            system.complete(data);
            control.start();
            CompletableFuture<ImageStore> usable = connections.thenApplyAsync(
                    cloud -> away.get(() -> usable(cloud.images(data))), task -> daemon("start-images", task));
            allOrTheFirstFailure(connections, queues, usable, model).join();
            CloudConnections cloud = connections.join();
            ImageStore images = usable.join();
            ClassifierFactory classifiers = model.join();
            int parallelism = classifiers.parallelism() > 0 ? classifiers.parallelism() : mostParallelism;
            WorkerNode.Equipment equipped = new WorkerNode.Equipment(
                    queues.join(),
                    images,
                    cloud.results(data),
                    new WorkerNode.Classifiers(classifiers, parallelism),
                    new WorkerNode.Watchers(WorkerMeters.NONE, tracing.tracing()));
            equipment.complete(metering.map(counts -> counts.around(equipped)).orElse(equipped));
            LOG.info(
                    "worker={} model={} engine={} parallelism={}",
                    identity.id(),
                    classifiers.model(),
                    classifiers.engine(),
                    parallelism);
            return new WorkerRole(
                    cloud,
                    classifiers,
                    data,
                    control,
                    marks,
                    over,
                    metering,
                    NoticeWatch.start(settings, identity, data),
                    tracing,
                    settings.worker().shutdownGrace());
        } catch (RuntimeException | Error e) {
            away.giveUp();
            marks.close();
            control.close();
            data.terminate();
            metering.ifPresent(WorkerMetering::close);
            tracing.close();
            connections.thenAccept(CloudConnections::close);
            throw e;
        }
    }

    /** Without a folder to write to images are answered all the same: only what ends a worker is not known. */
    private static AttemptMarks marks(FlotillaSettings settings, WorkerIdentity identity) {
        Path folder = settings.worker().stateFolder().orElseGet(() -> MachineCache.folder("flotilla-attempts"));
        String scope = String.join(
                " ",
                settings.cluster().name(),
                settings.storage().outputBucket(),
                settings.storage().prefix(),
                settings.aws().s3().map(URI::toString).orElse(""));
        RunningTime time = RunningTime.every(settings.worker().reportInterval());
        try {
            return AttemptMarks.open(MarkFolder.of(folder, scope), identity.process(), time);
        } catch (IOException e) {
            LOG.warn(
                    "images that end a worker cannot be told from others, name a folder with flotilla.worker.state-folder"
                            + " that can be written to, not {}: {}",
                    folder,
                    e.toString());
            return AttemptMarks.unkept(identity.process(), time);
        }
    }

    private static WorkerNode.Queues queues(
            CloudConnections cloud, FlotillaSettings settings, WorkerIdentity identity) {
        return new WorkerNode.Queues(
                cloud.queue(settings.queue().request(), settings.worker().receiveParallelism()),
                cloud.queue(settings.queue().response(), 1),
                settings.drain().channel() == DrainSettings.Channel.QUEUES
                                && identity.instance().isPresent()
                        ? Optional.of(cloud.terminateRequests())
                        : Optional.empty());
    }

    /** A worker that could fetch no image must not take any. */
    private static ImageStore usable(ImageStore images) {
        CloudConnections.requireUsable(images);
        return images;
    }

    /** What waits must not hide what has failed for good. */
    private static CompletableFuture<Void> allOrTheFirstFailure(CompletableFuture<?>... parts) {
        CompletableFuture<Void> all = CompletableFuture.allOf(parts);
        for (CompletableFuture<?> part : parts) {
            part.whenComplete((done, failure) -> {
                if (failure != null) {
                    all.completeExceptionally(failure);
                }
            });
        }
        return all;
    }

    /** In a thread of its own: the common pool of a small machine has one. */
    private static <T> CompletableFuture<T> inThread(String name, Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> daemon(name, task));
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Completes when the data path ended by itself; no image is answered then. */
    CompletionStage<Done> ended() {
        return data.getWhenTerminated();
    }

    /**
     * Completes when a classifier hung or a part of the data path died, all else was given back and the cluster was left, or some
     * seconds later: the process must end then, without {@link #close}, which would wait for a classifier that hangs.
     */
    CompletionStage<Done> over() {
        // In a thread of its own: the worker tells it, and leaving waits for a cluster's side that is just being
        // started.
        return over.thenCompose(now -> inThread("leave", control::close)
                .thenCompose(left -> left)
                .completeOnTimeout(Done.getInstance(), STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** The process ends by somebody's will: nobody is to blame for what is inside its classifiers. */
    void forgive() {
        marks.close();
    }

    private static Optional<Ec2Identity.Identity> instance(FlotillaSettings settings) {
        if (settings.fleet().mode() == FleetSettings.Mode.STATIC) {
            return Optional.empty();
        }
        try {
            return Ec2Identity.find(settings.worker().metadataEndpoint())
                    .toCompletableFuture()
                    .get(IDENTITY_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("no instance metadata, taken for a worker started by hand: {}", e.toString());
            return Optional.empty();
        }
    }

    private static WorkerIdentity identity(FlotillaSettings settings, Optional<InstanceId> instance) {
        String name = instance.map(InstanceId::value)
                .or(() -> settings.worker().id())
                .orElseGet(() -> hostName() + "-" + ProcessHandle.current().pid());
        return new WorkerIdentity(
                new WorkerId(name), instance, Clock.systemUTC().millis());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "worker";
        }
    }

    /** Receives nothing more, finishes what is begun within the grace, gives back the rest, leaves the cluster. */
    @Override
    public void close() {
        boolean ended = data.getWhenTerminated().toCompletableFuture().isDone();
        // The worker itself ends its waiting when the grace is over, and gives back the rest.
        Duration within = grace.plus(STOP_WITHIN);
        if (!ended
                && !Processes.await(
                        AskPattern.<Worker.Command, Done>ask(data, Worker.Leave::new, within, data.scheduler()),
                        within)) {
            LOG.warn("what was in hand was not given back within {}; the queue gives it out again", within);
        }
        // From here on an image that is inside still may take long to be waited for; who waits for us may kill us.
        marks.close();
        Processes.await(control.close(), STOP_WITHIN);
        data.terminate();
        if (Processes.await(data.getWhenTerminated(), STOP_WITHIN)) {
            classifiers.close();
        } else {
            LOG.warn("an image is still inside a classifier: the process ends without closing the model");
        }
        cloud.close();
        notices.ifPresent(NoticeWatch::close);
        metering.ifPresent(WorkerMetering::close);
        tracing.close();
    }
}
