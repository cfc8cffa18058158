package flotilla.app;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.domain.GatewayId;
import flotilla.gateway.ExpiryKeeper;
import flotilla.gateway.GatewayMeters;
import flotilla.gateway.HttpGateway;
import flotilla.gateway.MetricsText;
import flotilla.inference.ImageHeaders;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.supervisor.SupervisorMeters;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway node, put together: HTTP, the readers of the response queues, and the supervisor's home. */
final class GatewayRole implements AutoCloseable {
    static final String ROLE = "gateway";

    private static final Logger LOG = LoggerFactory.getLogger(GatewayRole.class);
    private static final Duration START_WITHIN = Duration.ofSeconds(30);
    private static final Duration FINISH_REQUESTS_WITHIN = Duration.ofSeconds(5);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(15);
    private static final int RESPONSE_RECEIVES = 2;
    private static final int DEAD_LETTER_RECEIVES = 1;

    private final CloudConnections cloud;
    private final SupervisorSetup supervisor;
    private final PushSetup push;
    private final Optional<NodeMetrics> metrics;
    private final NodeTracing tracing;
    private final ActorSystem<Void> system;
    private final CompletionStage<Done> yields;
    private final ActorRef<HttpGateway.Command> gateway;
    private final InetSocketAddress address;

    private GatewayRole(
            CloudConnections cloud,
            SupervisorSetup supervisor,
            PushSetup push,
            Optional<NodeMetrics> metrics,
            NodeTracing tracing,
            ActorSystem<Void> system,
            CompletionStage<Done> yields,
            ActorRef<HttpGateway.Command> gateway,
            InetSocketAddress address) {
        this.cloud = cloud;
        this.supervisor = supervisor;
        this.push = push;
        this.metrics = metrics;
        this.tracing = tracing;
        this.system = system;
        this.yields = yields;
        this.gateway = gateway;
        this.address = address;
    }

    /**
     * Starts a gateway and returns when it serves.
     *
     * @throws SettingsException with one line and the remedy when it cannot
     */
    static GatewayRole start(Config config, FlotillaSettings settings) {
        return start(config, settings, gateways -> {});
    }

    /**
     * Starts a gateway and returns when it serves.
     *
     * @param beforeSupervisor is told where workers find the cluster, each {@code host:port}, before the supervisor starts
     * @throws SettingsException with one line and the remedy when it cannot
     */
    static GatewayRole start(Config config, FlotillaSettings settings, Consumer<List<String>> beforeSupervisor) {
        settings.http().requireSafeBinding();
        // What workers cannot be handed is found out now, and not at the first launch.
        WorkerUserData.render(config, settings, List.of());
        CloudConnections cloud = CloudConnections.open(settings, RESPONSE_RECEIVES + DEAD_LETTER_RECEIVES);
        Optional<NodeMetrics> metrics =
                settings.metrics().enabled() ? Optional.of(NodeMetrics.open(ROLE, Version.number())) : Optional.empty();
        ActorSystem<Void> system = null;
        Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(cloud));
        try {
            MessageQueue requests = cloud.queue(settings.queue().request(), 1);
            MessageQueue responses = cloud.queue(settings.queue().response(), RESPONSE_RECEIVES);
            MessageQueue deadLetters = cloud.queue(settings.queue().deadLetter(), DEAD_LETTER_RECEIVES);
            system = member(config, settings);
            ImageStore images = cloud.images(system);
            CloudConnections.requireUsable(images);
            String node = node(system);
            List<String> seeds = settings.cluster().seedNodes();
            AtomicReference<List<String>> gateways = new AtomicReference<>(seeds.isEmpty() ? List.of(node) : seeds);
            beforeSupervisor.accept(gateways.get());
            CompletableFuture<Done> yields = new CompletableFuture<>();
            system.systemActorOf(
                    ClusterJoin.create(
                            cloud.gateways(system),
                            NodeConfig.seedNodes(settings.cluster()),
                            settings.cluster().registryInterval(),
                            seeds.isEmpty() ? gateways::set : known -> {},
                            () -> yields.complete(Done.getInstance())),
                    "cluster-join",
                    Props.empty());
            SupervisorSetup supervisor = SupervisorSetup.open(
                    system,
                    config,
                    settings,
                    cloud,
                    requests,
                    node,
                    gateways::get,
                    metrics.<SupervisorMeters>map(NodeMetrics::supervisor).orElse(SupervisorMeters.NONE));
            opened.push(supervisor);
            PushSetup push = PushSetup.open(system, settings, cloud);
            opened.push(push);
            GatewayId id = new GatewayId("gateway-" + UUID.randomUUID());
            NodeTracing tracing = NodeTracing.open(settings.tracing(), ROLE, id.value());
            opened.push(tracing);
            HttpGateway.Ports ports = new HttpGateway.Ports(
                    requests,
                    responses,
                    deadLetters,
                    images,
                    cloud.results(system),
                    cloud.idempotencyKeys(system),
                    cloud.batches(system),
                    cloud.quarantine(system),
                    push.push(),
                    new ImageHeaders(settings.http().maxPixels()),
                    new HttpGateway.Metrics(
                            metrics.<GatewayMeters>map(counts -> counts.gateway(Clock.systemUTC()))
                                    .orElse(GatewayMeters.NONE),
                            metrics.map(MetricsText.class::cast),
                            cloud.clients().calls()::soFar),
                    new HttpGateway.Stories(tracing.tracing(), cloud.attempts(system), cloud.decisionArchive(system)));
            sweep(system, settings, cloud);
            CompletableFuture<HttpGateway.Started> started = new CompletableFuture<>();
            ActorRef<HttpGateway.Started> startedTo = system.systemActorOf(
                    Behaviors.receiveMessage(message -> {
                        started.complete(message);
                        return Behaviors.stopped();
                    }),
                    "gateway-start",
                    Props.empty());
            ActorRef<HttpGateway.Command> gateway = system.systemActorOf(
                    HttpGateway.create(
                            id,
                            ports,
                            settings.http(),
                            settings.queue().inlineImages(),
                            settings.storage().resultLifetime(),
                            settings.log().results(),
                            supervisor.supervisor(),
                            Clock.systemUTC(),
                            new SecureRandom(),
                            startedTo),
                    "http-gateway",
                    Props.empty());
            return new GatewayRole(
                    cloud, supervisor, push, metrics, tracing, system, yields, gateway, address(started));
        } catch (RuntimeException | Error e) {
            if (system != null) {
                // Its ports must be free when it is tried again.
                system.terminate();
                Processes.await(system.getWhenTerminated(), STOP_WITHIN);
            }
            metrics.ifPresent(NodeMetrics::close);
            opened.forEach(Processes::close);
            throw e;
        }
    }

    /** Where it serves. */
    InetSocketAddress address() {
        return address;
    }

    /** Completes when this node's part of the cluster ended, also when the cluster dropped it; nothing works then. */
    CompletionStage<Done> ended() {
        return system.getWhenTerminated();
    }

    /** Completes when this gateway should leave its cluster for a bigger one of the same name; it works on meanwhile. */
    CompletionStage<Done> yields() {
        return yields;
    }

    private static ActorSystem<Void> member(Config config, FlotillaSettings settings) {
        Config member = NodeConfig.clusterMember(config, settings.cluster(), ROLE);
        try {
            return ActorSystem.create(Behaviors.empty(), settings.cluster().name(), member);
        } catch (RuntimeException e) {
            throw new SettingsException(
                    "cannot listen for the cluster on port "
                            + settings.cluster().port() + "; is it in use? choose another with flotilla.cluster.port ("
                            + root(e).getMessage() + ")",
                    e);
        }
    }

    /** The address that other nodes know this one by, {@code host:port}. */
    private static String node(ActorSystem<?> system) {
        Address self = Cluster.get(system).selfMember().address();
        return self.host().get() + ":" + self.port().get();
    }

    /** Every gateway removes what is too old, and what dead ones left on its disk: that it is done twice does no harm. */
    private static void sweep(ActorSystem<?> system, FlotillaSettings settings, CloudConnections cloud) {
        cloud.sweepUploads();
        ExpiryKeeper.create(cloud.expiry(system), settings.storage(), Clock.systemUTC(), new SecureRandom())
                .ifPresent(keeper -> system.systemActorOf(keeper, "expiry-keeper", Props.empty()));
    }

    private static InetSocketAddress address(CompletableFuture<HttpGateway.Started> started) {
        HttpGateway.Started outcome;
        try {
            outcome = started.get(START_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new SettingsException("the gateway did not start within " + START_WITHIN.toSeconds() + "s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SettingsException("interrupted while the gateway started", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (outcome instanceof HttpGateway.Started.Failed failed) {
            throw new SettingsException(failed.message());
        }
        return ((HttpGateway.Started.Serving) outcome).address();
    }

    /** Closes the port, lets requests in flight finish, leaves the cluster. Workers and cloud go on. */
    @Override
    public void close() {
        if (!system.getWhenTerminated().toCompletableFuture().isDone()) {
            stopServing();
        }
        system.terminate();
        Processes.await(system.getWhenTerminated(), STOP_WITHIN);
        supervisor.close();
        push.close();
        cloud.close();
        tracing.close();
        metrics.ifPresent(NodeMetrics::close);
    }

    private void stopServing() {
        Duration within = FINISH_REQUESTS_WITHIN.plus(STOP_WITHIN);
        CompletionStage<Done> stopped = AskPattern.ask(
                gateway, replyTo -> new HttpGateway.Stop(FINISH_REQUESTS_WITHIN, replyTo), within, system.scheduler());
        if (!Processes.await(stopped, within)) {
            LOG.warn("the HTTP side did not stop within {}", within);
        }
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
