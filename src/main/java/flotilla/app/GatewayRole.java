package flotilla.app;

import com.typesafe.config.Config;
import flotilla.config.DrainSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.config.SettingsException;
import flotilla.domain.GatewayId;
import flotilla.gateway.ExpiryKeeper;
import flotilla.gateway.HttpGateway;
import flotilla.inference.ImageHeaders;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.SupervisorCommand;
import flotilla.supervisor.DecisionNumbers;
import flotilla.supervisor.DrainRequests;
import flotilla.supervisor.DryRunFleetOperator;
import flotilla.supervisor.Ec2FleetOperator;
import flotilla.supervisor.FleetOperator;
import flotilla.supervisor.InstanceFleet;
import flotilla.supervisor.LedgerKeeper;
import flotilla.supervisor.ScalingSupervisor;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway node, put together: HTTP, the readers of the response queues, and the supervisor's home. */
final class GatewayRole implements AutoCloseable {
    static final String ROLE = "gateway";

    private static final Logger LOG = LoggerFactory.getLogger(GatewayRole.class);
    private static final Duration START_WITHIN = Duration.ofSeconds(30);
    private static final Duration FINISH_REQUESTS_WITHIN = Duration.ofSeconds(5);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(15);
    private static final Duration LAST_DECISIONS_WITHIN = Duration.ofSeconds(4);
    private static final int RESPONSE_RECEIVES = 2;
    private static final int DEAD_LETTER_RECEIVES = 1;

    private final CloudConnections cloud;
    private final Optional<FleetConnection> fleet;
    private final PushSetup push;
    private final ActorSystem<Void> system;
    private final ActorRef<HttpGateway.Command> gateway;
    private final InetSocketAddress address;

    private GatewayRole(
            CloudConnections cloud,
            Optional<FleetConnection> fleet,
            PushSetup push,
            ActorSystem<Void> system,
            ActorRef<HttpGateway.Command> gateway,
            InetSocketAddress address) {
        this.cloud = cloud;
        this.fleet = fleet;
        this.push = push;
        this.system = system;
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
        CloudConnections cloud = CloudConnections.open(settings, RESPONSE_RECEIVES + DEAD_LETTER_RECEIVES);
        ActorSystem<Void> system = null;
        try {
            MessageQueue requests = cloud.queue(settings.queue().request(), 1);
            MessageQueue responses = cloud.queue(settings.queue().response(), RESPONSE_RECEIVES);
            MessageQueue deadLetters = cloud.queue(settings.queue().deadLetter(), DEAD_LETTER_RECEIVES);
            system = member(config, settings);
            ImageStore images = cloud.images(system);
            CloudConnections.requireUsable(images);
            beforeSupervisor.accept(gateways(system, settings));
            Optional<FleetConnection> fleet = FleetConnection.open(cloud.clients(), settings);
            ActorRef<SupervisorCommand> supervisor = supervisor(
                    system,
                    settings,
                    operator(system, config, settings, fleet, cloud),
                    requests,
                    ledger(system, settings, cloud));
            PushSetup push = PushSetup.open(system, settings, cloud);
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
                    new ImageHeaders(settings.http().maxPixels()));
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
                            new GatewayId("gateway-" + UUID.randomUUID()),
                            ports,
                            settings.http(),
                            settings.queue().inlineImages(),
                            settings.logResults(),
                            supervisor,
                            Clock.systemUTC(),
                            new SecureRandom(),
                            startedTo),
                    "http-gateway",
                    Props.empty());
            return new GatewayRole(cloud, fleet, push, system, gateway, address(started));
        } catch (RuntimeException | Error e) {
            if (system != null) {
                system.terminate();
            }
            cloud.close();
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

    private static ActorSystem<Void> member(Config config, FlotillaSettings settings) {
        ActorSystem<Void> system;
        try {
            system = ActorSystem.create(
                    Behaviors.empty(),
                    settings.cluster().name(),
                    NodeConfig.clusterMember(config, settings.cluster(), ROLE));
        } catch (RuntimeException e) {
            throw new SettingsException(
                    "cannot listen for the cluster on port "
                            + settings.cluster().port() + "; is it in use? choose another with flotilla.cluster.port ("
                            + root(e).getMessage() + ")",
                    e);
        }
        Cluster cluster = Cluster.get(system);
        List<String> seeds = NodeConfig.seedNodes(settings.cluster());
        if (seeds.isEmpty()) {
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
        } else {
            cluster.manager()
                    .tell(new JoinSeedNodes(
                            seeds.stream().map(AddressFromURIString::parse).toList()));
        }
        return system;
    }

    private static FleetOperator operator(
            ActorSystem<?> system,
            Config config,
            FlotillaSettings settings,
            Optional<FleetConnection> connection,
            CloudConnections cloud) {
        if (connection.isEmpty()) {
            return new DryRunFleetOperator(
                    () -> CompletableFuture.completedFuture(new InstanceFleet.Described(List.of(), 0)),
                    DecisionReport.Action.BY_HAND);
        }
        if (settings.scaling().dryRun()) {
            return new DryRunFleetOperator(connection.get()::look, DecisionReport.Action.DRY_RUN);
        }
        Optional<DrainRequests> requests = settings.drain().channel() == DrainSettings.Channel.QUEUES
                ? Optional.of(cloud.drainRequests())
                : Optional.empty();
        return new Ec2FleetOperator(
                connection.get().fleet(),
                requests,
                settings.cluster().name(),
                WorkerUserData.render(config, settings, gateways(system, settings)));
    }

    /** Where workers find the cluster. */
    private static List<String> gateways(ActorSystem<?> system, FlotillaSettings settings) {
        Address self = Cluster.get(system).selfMember().address();
        return settings.cluster().seedNodes().isEmpty()
                ? List.of(self.host().get() + ":" + self.port().get())
                : settings.cluster().seedNodes();
    }

    /** Every gateway removes what is too old: that it is done twice does no harm. */
    private static void sweep(ActorSystem<?> system, FlotillaSettings settings, CloudConnections cloud) {
        ExpiryKeeper.create(cloud.expiry(system), settings.storage(), Clock.systemUTC(), new SecureRandom())
                .ifPresent(keeper -> system.systemActorOf(keeper, "expiry-keeper", Props.empty()));
    }

    /** What keeps the decisions that fall on this node; it writes the last ones when the supervisor has gone. */
    private static Optional<ActorRef<LedgerKeeper.Command>> ledger(
            ActorSystem<?> system, FlotillaSettings settings, CloudConnections cloud) {
        if (!settings.scaling().ledger()) {
            return Optional.empty();
        }
        ActorRef<LedgerKeeper.Command> keeper = system.systemActorOf(
                LedgerKeeper.create(cloud.decisions(system, UUID.randomUUID().toString())),
                "decision-ledger",
                Props.empty());
        CoordinatedShutdown.get(system)
                .addTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "keep-last-decisions",
                        () -> AskPattern.ask(
                                keeper, LedgerKeeper.Flush::new, LAST_DECISIONS_WITHIN, system.scheduler()));
        return Optional.of(keeper);
    }

    private static ActorRef<SupervisorCommand> supervisor(
            ActorSystem<?> system,
            FlotillaSettings settings,
            FleetOperator operator,
            MessageQueue requests,
            Optional<ActorRef<LedgerKeeper.Command>> ledger) {
        ScalingSettings scaling = settings.scaling();
        Behavior<SupervisorCommand> supervisor = ScalingSupervisor.create(
                new ScalingSupervisor.Settings(
                        scaling.interval(), scaling.debounce(), scaling.history(), DecisionNumbers::firstAt),
                Clock.systemUTC(),
                () -> ScalingSetup.controller(settings),
                operator,
                requests::depth,
                ledger);
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        Behaviors.supervise(supervisor)
                                .onFailure(SupervisorStrategy.restartWithBackoff(
                                        Duration.ofSeconds(1), Duration.ofSeconds(10), 0.1)),
                        SupervisorProxy.NAME));
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
        Duration within = FINISH_REQUESTS_WITHIN.plus(STOP_WITHIN);
        CompletionStage<Done> stopped = AskPattern.ask(
                gateway, replyTo -> new HttpGateway.Stop(FINISH_REQUESTS_WITHIN, replyTo), within, system.scheduler());
        if (!Processes.await(stopped, within)) {
            LOG.warn("the HTTP side did not stop within {}", within);
        }
        system.terminate();
        Processes.await(system.getWhenTerminated(), STOP_WITHIN);
        fleet.ifPresent(FleetConnection::close);
        push.close();
        cloud.close();
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
