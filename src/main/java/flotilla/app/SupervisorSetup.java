package flotilla.app;

import com.typesafe.config.Config;
import flotilla.aws.cloudwatch.CloudWatchFigures;
import flotilla.config.DrainSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.SupervisorCommand;
import flotilla.supervisor.CostKeeping;
import flotilla.supervisor.DecisionNumbers;
import flotilla.supervisor.DrainRequests;
import flotilla.supervisor.DryRunFleetOperator;
import flotilla.supervisor.Ec2FleetOperator;
import flotilla.supervisor.EpochLease;
import flotilla.supervisor.FleetOperator;
import flotilla.supervisor.InstanceFleet;
import flotilla.supervisor.LedgerKeeper;
import flotilla.supervisor.ScalingSupervisor;
import flotilla.supervisor.SupervisorLease;
import flotilla.supervisor.SupervisorMeters;
import flotilla.supervisor.SupervisorPorts;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;

/** A gateway's part in the supervisor: a cluster singleton that acts only while it has the lease. */
final class SupervisorSetup implements AutoCloseable {
    private static final Duration LAST_DECISIONS_WITHIN = Duration.ofSeconds(4);
    /** Pekko would wait for the other side of a partition to end its supervisor; here the lease sees to that. */
    private static final Duration NO_REMOVAL_MARGIN = Duration.ofMillis(1);

    private final Optional<FleetConnection> fleet;
    private final Optional<CloudWatchFigures> figures;
    private final ActorRef<SupervisorCommand> supervisor;

    private SupervisorSetup(
            Optional<FleetConnection> fleet,
            Optional<CloudWatchFigures> figures,
            ActorRef<SupervisorCommand> supervisor) {
        this.fleet = fleet;
        this.figures = figures;
        this.supervisor = supervisor;
    }

    /**
     * Starts this node's part.
     *
     * @param node the address that other nodes know this one by, {@code host:port}
     * @param gateways where workers find the cluster now, each {@code host:port}
     * @param meters count what the supervisor does while it is on this node
     */
    static SupervisorSetup open(
            ActorSystem<?> system,
            Config config,
            FlotillaSettings settings,
            CloudConnections cloud,
            MessageQueue requests,
            String node,
            Supplier<List<String>> gateways,
            SupervisorMeters meters) {
        String holder = node + "/" + UUID.randomUUID().toString().substring(0, 8);
        SupervisorLease lease =
                EpochLease.start(system, cloud.lease(system), holder, Clock.systemUTC(), System::nanoTime);
        system.systemActorOf(MissedGateways.create(lease), "missed-gateways", Props.empty());
        Optional<FleetConnection> fleet = FleetConnection.open(cloud.clients(), settings, lease::require);
        Optional<CloudWatchFigures> figures = settings.metrics()
                .cloudWatch()
                .filter(wanted -> settings.metrics().enabled())
                .map(wanted -> CloudWatchFigures.connect(
                        cloud.clients(), wanted, settings.cluster().name()));
        SupervisorMeters all =
                figures.map(more -> SupervisorMeters.both(meters, more)).orElse(meters);
        try {
            FleetOperator operator = fleet.<FleetOperator>map(
                            connection -> operator(connection, config, settings, cloud, gateways, lease))
                    .orElseGet(() -> new DryRunFleetOperator(
                            () -> CompletableFuture.completedFuture(new InstanceFleet.Described(List.of(), 0)),
                            DecisionReport.Action.BY_HAND));
            SupervisorPorts ports = new SupervisorPorts(
                    () -> ScalingSetup.controller(settings),
                    operator,
                    requests::depth,
                    lease,
                    ledger(system, settings, cloud),
                    all);
            return new SupervisorSetup(
                    fleet, figures, supervisor(system, settings.scaling(), costs(system, settings, cloud), ports));
        } catch (RuntimeException e) {
            figures.ifPresent(CloudWatchFigures::close);
            fleet.ifPresent(FleetConnection::close);
            throw e;
        }
    }

    private static FleetOperator operator(
            FleetConnection connection,
            Config config,
            FlotillaSettings settings,
            CloudConnections cloud,
            Supplier<List<String>> gateways,
            SupervisorLease lease) {
        if (settings.scaling().dryRun()) {
            return new DryRunFleetOperator(connection::look, DecisionReport.Action.DRY_RUN);
        }
        Optional<DrainRequests> requests = settings.drain().channel() == DrainSettings.Channel.QUEUES
                ? Optional.of(cloud.drainRequests(lease::require))
                : Optional.empty();
        return new Ec2FleetOperator(
                connection.fleet(),
                requests,
                settings.cluster().name(),
                () -> WorkerUserData.render(config, settings, gateways.get()),
                lease);
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

    private static CostKeeping costs(ActorSystem<?> system, FlotillaSettings settings, CloudConnections cloud) {
        return new CostKeeping(
                settings.cost(),
                settings.cost().ledger()
                        ? Optional.of(cloud.costs(system, UUID.randomUUID().toString()))
                        : Optional.empty());
    }

    private static ActorRef<SupervisorCommand> supervisor(
            ActorSystem<?> system, ScalingSettings scaling, CostKeeping costs, SupervisorPorts ports) {
        Behavior<SupervisorCommand> supervisor = ScalingSupervisor.create(
                new ScalingSupervisor.Settings(
                        scaling.interval(), scaling.debounce(), scaling.history(), DecisionNumbers::firstAt, costs),
                Clock.systemUTC(),
                ports);
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(
                                Behaviors.supervise(supervisor)
                                        .onFailure(SupervisorStrategy.restartWithBackoff(
                                                Duration.ofSeconds(1), Duration.ofSeconds(10), 0.1)),
                                SupervisorProxy.NAME)
                        .withStopMessage(ScalingSupervisor.stop())
                        .withSettings(ClusterSingletonSettings.create(system).withRemovalMargin(NO_REMOVAL_MARGIN)));
    }

    /** Where the supervisor takes commands, wherever it runs. */
    ActorRef<SupervisorCommand> supervisor() {
        return supervisor;
    }

    /** Closes the connections; the actors end with their system. */
    @Override
    public void close() {
        figures.ifPresent(CloudWatchFigures::close);
        fleet.ifPresent(FleetConnection::close);
    }
}
