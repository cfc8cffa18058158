package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.config.SettingsException;
import flotilla.cost.CallCount;
import flotilla.domain.ClassificationResult;
import flotilla.domain.GatewayId;
import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.BatchStore;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.ImageInspector;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.Patience;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.ResultPush;
import flotilla.protocol.ResultStore;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.Tracing;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.stream.UniqueKillSwitch;

/**
 * The gateway: owns the HTTP port, the callers who wait ({@link PendingReplies}), the readers of the response and dead-letter
 * queues, and its part of the {@link AnswerExchange} between gateways. It binds at start, tells whether that worked, and on {@link Stop} lets requests in flight finish. It
 * never classifies and never scales.
 */
public final class HttpGateway extends AbstractBehavior<HttpGateway.Command> {
    /** What the gateway is told. */
    public sealed interface Command permits Bound, BindFailed, Stop, Stopped {}

    private record Bound(GatewayServer server) implements Command {}

    private record BindFailed(Throwable failure) implements Command {}

    /** Close the port; answer when requests in flight are finished or {@code within} is over. */
    public record Stop(Duration within, ActorRef<Done> replyTo) implements Command {}

    private record Stopped(ActorRef<Done> replyTo) implements Command {}

    /** What came of binding the port. */
    public sealed interface Started {
        /** It serves. */
        record Serving(InetSocketAddress address) implements Started {}

        /** It cannot; the message is one line. */
        record Failed(String message) implements Started {}
    }

    /**
     * Who counts, and who tells what was counted.
     *
     * @param text empty when nothing is counted
     * @param calls requests of this process to AWS so far
     */
    public record Metrics(GatewayMeters meters, Optional<MetricsText> text, Supplier<CallCount> calls) {
        /** Nothing is counted. */
        public static final Metrics NONE = new Metrics(GatewayMeters.NONE, Optional.empty());

        /** Counts of a process that sends nothing to AWS. */
        public Metrics(GatewayMeters meters, Optional<MetricsText> text) {
            this(meters, text, () -> CallCount.NONE);
        }
    }

    /**
     * Who is told of images' ways, and what their stories are put together from beside their results.
     *
     * @param attempts of workers that died
     * @param archive of decisions that the supervisor does not remember
     */
    public record Stories(Tracing tracing, AttemptStore attempts, DecisionArchive archive) {}

    /** What a gateway needs from outside. */
    public record Ports(
            MessageQueue requests,
            MessageQueue responses,
            MessageQueue deadLetters,
            ImageStore images,
            ResultStore results,
            IdempotencyStore keys,
            BatchStore batches,
            QuarantineStore quarantine,
            ResultPush push,
            ImageInspector inspector,
            Metrics metrics,
            Stories stories) {}

    private final HttpSettings settings;
    private final GatewayMeters meters;
    private final ActorRef<Started> startedTo;
    private final List<UniqueKillSwitch> readers;
    private final OpenStreams streams;
    private final ActorRef<PendingReplies.Command> pending;
    private Optional<GatewayServer> server = Optional.empty();

    /**
     * Creates the gateway, which binds at once.
     *
     * @param startedTo hears whether the port could be bound
     * @param inlineImages the longest image, in bytes, that also travels in its message; 0 for none
     * @param resultLifetime how long results are kept; zero for ever
     * @param logResults print each result on the console
     * @throws SettingsException at once when the TLS pair cannot be used
     */
    public static Behavior<Command> create(
            GatewayId id,
            Ports ports,
            HttpSettings settings,
            long inlineImages,
            Duration resultLifetime,
            boolean logResults,
            ActorRef<SupervisorCommand> supervisor,
            Clock clock,
            RandomGenerator random,
            ActorRef<Started> startedTo) {
        Optional<PemTls> tls = settings.tls().map(files -> PemTls.open(files, clock));
        GatewayMeters meters = ports.metrics().meters();
        RecentImages recent = new RecentImages();
        Retention retention = new Retention(resultLifetime);
        Answers.Lookup lookup = lookup(ports.images(), ports.results(), retention, clock);
        Tracing tracing = ports.stories().tracing();
        return Behaviors.setup(context -> {
            ActorRef<PendingReplies.Command> pending = context.spawn(
                    PendingReplies.create(
                            id,
                            ports.results(),
                            supervisor,
                            settings.maxBacklog(),
                            settings.resultPoll(),
                            meters,
                            ports.metrics().calls(),
                            recent,
                            clock),
                    "pending-replies");
            ActorRef<AnswerExchange.Command> exchange =
                    context.spawn(AnswerExchange.create(pending), "answer-exchange");
            ImageIntake intake = new ImageIntake(
                    context.getSystem(),
                    ports.inspector(),
                    ports.images(),
                    new RequestSender(context.getSystem(), id, ports.requests(), pending, meters, recent, clock),
                    ports.keys(),
                    lookup,
                    pending,
                    settings,
                    inlineImages,
                    meters,
                    tracing,
                    clock,
                    random);
            OpenStreams streams = new OpenStreams();
            Answers answers = new Answers(context.getSystem(), pending, lookup);
            Callbacks callbacks = new Callbacks(ports.push());
            Uploads uploads = new Uploads(context.getSystem(), intake, callbacks, settings, settings.maxFiles());
            List<Endpoint> endpoints = endpoints(
                    uploads,
                    answers,
                    new AnswerStream(
                            context.getSystem(),
                            answers,
                            new PacedBody(settings.limits()),
                            streams,
                            settings.syncWait(),
                            random),
                    new TimelineApi(
                            context.getSystem(),
                            new TimelineApi.Sources(
                                    answers,
                                    ports.results(),
                                    ports.quarantine(),
                                    ports.stories().attempts(),
                                    ports.stories().archive(),
                                    supervisor,
                                    recent),
                            clock),
                    new BatchApi(
                            new Uploads(context.getSystem(), intake, callbacks, settings, settings.maxBatch()),
                            new BatchUploads(context.getSystem(), intake, ports.images(), callbacks, settings),
                            new Batches(
                                    context.getSystem(),
                                    ports.batches(),
                                    ports.results(),
                                    ports.images(),
                                    answers,
                                    retention,
                                    clock,
                                    random),
                            streams),
                    new FleetApi(
                            new ScalingAnswers(context.getSystem(), supervisor),
                            new DecisionStream(context.getSystem(), supervisor, streams)),
                    new MetricsApi(ports.metrics().text()),
                    new Readiness(ports.requests(), ports.images(), System::nanoTime)::missing,
                    settings.syncWait(),
                    settings.uploadPaths(),
                    settings.maxImageSize());
            GatewayRoutes routes = new GatewayRoutes(
                    new Endpoints(endpoints, meters),
                    new AccessControl(
                            settings.access().apiKeys(),
                            settings.limits().maxStreams(),
                            Patience.Timer.common(),
                            clock),
                    new Cors(settings.access().corsOrigins()),
                    meters);
            AnswerTraces answerTraces = new AnswerTraces(tracing, id, clock);
            List<UniqueKillSwitch> readers = List.of(
                    QueueReaders.responses(
                            context.getSystem(),
                            ports.responses(),
                            (notice, sentAt) -> {
                                answerTraces.heard(notice.result(), sentAt);
                                exchange.tell(new AnswerExchange.Share(notice));
                                return ports.push().answered(notice.result());
                            },
                            logResults),
                    QueueReaders.deadLetters(
                            context.getSystem(),
                            ports.deadLetters(),
                            new DeadLetterWatcher(
                                    ports.responses(),
                                    ports.results(),
                                    ports.quarantine(),
                                    ports.stories().attempts(),
                                    meters,
                                    clock)));
            context.pipeToSelf(
                    GatewayServer.bind(context.getSystem(), settings, tls, routes.create()),
                    (bound, failure) -> failure == null ? new Bound(bound) : new BindFailed(failure));
            return new HttpGateway(context, settings, meters, readers, streams, pending, startedTo);
        });
    }

    /** Everything that is served, whatever it is served with. */
    static List<Endpoint> endpoints(
            Uploads uploads,
            Answers answers,
            AnswerStream answerStream,
            TimelineApi timelines,
            BatchApi batches,
            FleetApi fleet,
            MetricsApi metrics,
            Supplier<CompletionStage<Optional<String>>> readiness,
            Duration syncWait,
            List<String> uploadPaths,
            long maxImageSize) {
        List<Endpoint> all = new ArrayList<>();
        all.addAll(new SiteApi(readiness, maxImageSize).endpoints());
        all.addAll(new UploadApi(uploads, answers, syncWait, uploadPaths).endpoints());
        all.addAll(new ResultApi(answers, answerStream, syncWait).endpoints());
        all.addAll(timelines.endpoints());
        all.addAll(batches.endpoints());
        all.addAll(fleet.endpoints());
        all.addAll(metrics.endpoints());
        return all;
    }

    private HttpGateway(
            ActorContext<Command> context,
            HttpSettings settings,
            GatewayMeters meters,
            List<UniqueKillSwitch> readers,
            OpenStreams streams,
            ActorRef<PendingReplies.Command> pending,
            ActorRef<Started> startedTo) {
        super(context);
        this.settings = settings;
        this.meters = meters;
        this.readers = readers;
        this.streams = streams;
        this.pending = pending;
        this.startedTo = startedTo;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Bound.class, this::onBound)
                .onMessage(BindFailed.class, this::onBindFailed)
                .onMessage(Stop.class, this::onStop)
                .onMessage(Stopped.class, this::onStopped)
                .build();
    }

    private Behavior<Command> onBound(Bound bound) {
        server = Optional.of(bound.server());
        InetSocketAddress address = bound.server().address();
        getContext().getLog().info("serving http://{}:{}", address.getHostString(), address.getPort());
        ServerConnections.Watches watches =
                ServerConnections.watches(getContext().getSystem());
        meters.connections(() -> watches.open(address.getPort()));
        startedTo.tell(new Started.Serving(address));
        return this;
    }

    private Behavior<Command> onBindFailed(BindFailed failed) {
        startedTo.tell(new Started.Failed("cannot listen on " + settings.host() + ":" + settings.port()
                + "; is the port in use? choose another with flotilla.http.port (" + rootMessage(failed.failure())
                + ")"));
        return this;
    }

    private Behavior<Command> onStop(Stop stop) {
        // Who still waits then is told where its answer will be, which nothing that ends here can lose.
        getContext().scheduleOnce(stop.within().multipliedBy(3).dividedBy(4), pending, new PendingReplies.EndWaits());
        streams.close();
        CompletionStage<Done> closed = server.map(bound -> bound.stop(stop.within()))
                .orElseGet(() -> CompletableFuture.completedFuture(Done.getInstance()));
        getContext().pipeToSelf(closed, (done, failure) -> new Stopped(stop.replyTo()));
        return this;
    }

    private Behavior<Command> onStopped(Stopped stopped) {
        readers.forEach(UniqueKillSwitch::shutdown);
        stopped.replyTo().tell(Done.getInstance());
        return Behaviors.stopped();
    }

    /** Visible for tests: what is known of requests by what is stored. */
    static Answers.Lookup lookup(ImageStore images, ResultStore results, Retention retention, Clock clock) {
        return new Answers.Lookup() {
            @Override
            public CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
                return results.find(id);
            }

            @Override
            public CompletionStage<Unanswered> unanswered(RequestId id) {
                return images.exists(id + "/").thenCompose(stored -> {
                    Unanswered state = retention.of(id, stored, clock.instant());
                    // An image goes when there is a result, which may have come since it was looked for.
                    return state == Unanswered.PENDING
                            ? Answers.done(state)
                            : find(id).thenApply(result -> result.isPresent() ? Unanswered.PENDING : state);
                });
            }
        };
    }

    private static String rootMessage(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
