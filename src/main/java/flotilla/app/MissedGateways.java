package flotilla.app;

import flotilla.supervisor.SupervisorLease;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Has the supervisor's lease watched as soon as a gateway is missed, which may be the one that has it. When the cluster has dropped
 * that gateway, and another one's supervisor wants the lease, its term is over or nearly so.
 */
final class MissedGateways {
    private MissedGateways() {}

    static Behavior<ClusterEvent.ReachabilityEvent> create(SupervisorLease lease) {
        return Behaviors.setup(context -> {
            ActorRef<ClusterEvent.ReachabilityEvent> self = context.getSelf();
            Cluster.get(context.getSystem())
                    .subscriptions()
                    .tell(new Subscribe<>(self, ClusterEvent.ReachabilityEvent.class));
            return Behaviors.receive(ClusterEvent.ReachabilityEvent.class)
                    .onMessage(ClusterEvent.UnreachableMember.class, missed -> {
                        if (missed.member().hasRole(GatewayRole.ROLE)) {
                            lease.watch();
                        }
                        return Behaviors.same();
                    })
                    .onAnyMessage(heardAgain -> Behaviors.same())
                    .build();
        });
    }
}
