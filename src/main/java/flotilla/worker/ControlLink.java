package flotilla.worker;

import flotilla.cost.CallCount;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.WorkerSighting;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * The worker's side of the cluster: carries its status to the supervisor and the supervisor's commands to it, and ends when
 * its cluster has no gateway any more. Whether the supervisor hears the worker it cannot tell. It lives in an actor system of its own, which ends when the cluster drops this node; the
 * worker goes on without it (see {@link ControlPlane}).
 */
final class ControlLink extends AbstractBehavior<ControlLink.Command> {
    /** The role of nodes that hold the supervisor. */
    static final String GATEWAY_ROLE = "gateway";

    /** What the link is told. */
    sealed interface Command permits Status, FromSupervisor, MembershipChanged {}

    private record Status(WorkerStatus status) implements Command {}

    private record FromSupervisor(WorkerCommand command) implements Command {}

    private record MembershipChanged() implements Command {}

    private final WorkerIdentity identity;
    private final ActorRef<Worker.Command> worker;
    private final ActorRef<SupervisorCommand> supervisor;
    private final Supplier<CallCount> calls;
    private final ActorRef<WorkerCommand> control;
    private final Cluster cluster;

    /**
     * @param supervisor the proxy of the supervisor, made in the link's own system
     * @param calls requests to AWS so far
     */
    static Behavior<Command> create(
            WorkerIdentity identity,
            ActorRef<Worker.Command> worker,
            Function<ActorContext<?>, ActorRef<SupervisorCommand>> supervisor,
            Supplier<CallCount> calls) {
        return Behaviors.setup(context -> new ControlLink(context, identity, worker, supervisor.apply(context), calls));
    }

    private ControlLink(
            ActorContext<Command> context,
            WorkerIdentity identity,
            ActorRef<Worker.Command> worker,
            ActorRef<SupervisorCommand> supervisor,
            Supplier<CallCount> calls) {
        super(context);
        this.identity = identity;
        this.worker = worker;
        this.supervisor = supervisor;
        this.calls = calls;
        this.control = context.messageAdapter(WorkerCommand.class, FromSupervisor::new);
        this.cluster = Cluster.get(context.getSystem());
        ActorRef<ClusterEvent.ClusterDomainEvent> events =
                context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> new MembershipChanged());
        cluster.subscriptions().tell(new Subscribe<>(events, ClusterEvent.ClusterDomainEvent.class));
        worker.tell(new Worker.LinkUp(context.messageAdapter(WorkerStatus.class, Status::new)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Status.class, this::onStatus)
                .onMessage(FromSupervisor.class, this::onSupervisor)
                .onMessage(MembershipChanged.class, this::onMembershipChanged)
                .build();
    }

    private Behavior<Command> onStatus(Status message) {
        WorkerStatus status = message.status();
        supervisor.tell(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        identity.id(),
                        identity.instance(),
                        identity.appTierId(),
                        status.activity(),
                        status.drainEpoch(),
                        status.busy(),
                        status.inHand(),
                        status.service(),
                        identity.life(),
                        status.number(),
                        status.outlook()),
                control,
                Optional.of(calls.get())));
        return stayOrEnd();
    }

    private Behavior<Command> onSupervisor(FromSupervisor from) {
        worker.tell(new Worker.FromSupervisor(from.command()));
        return this;
    }

    private Behavior<Command> onMembershipChanged(MembershipChanged changed) {
        return stayOrEnd();
    }

    /**
     * Looks for gateways, at each event and at each report, since the state may be a moment behind the event. Gateways that
     * left in good order leave a cluster of workers behind, which no gateway will ever find: this node then ends, to join
     * anew.
     */
    private Behavior<Command> stayOrEnd() {
        boolean joined = cluster.selfMember().status().equals(MemberStatus.up());
        boolean anyGateway = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .anyMatch(member -> member.hasRole(GATEWAY_ROLE));
        return joined && !anyGateway ? Behaviors.stopped() : this;
    }
}
