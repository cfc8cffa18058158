package flotilla.app;

import flotilla.protocol.SupervisorCommand;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;

/** Finds the supervisor from a node that can never hold it. */
final class SupervisorProxy {
    /** The supervisor's name as a cluster singleton. */
    static final String NAME = "scaling-supervisor";

    private SupervisorProxy() {}

    static ActorRef<SupervisorCommand> find(ActorSystem<?> system) {
        return ClusterSingleton.get(system).init(SingletonActor.<SupervisorCommand>of(Behaviors.empty(), NAME));
    }
}
