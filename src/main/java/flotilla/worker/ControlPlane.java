package flotilla.worker;

import com.typesafe.config.Config;
import flotilla.cost.CallCount;
import flotilla.protocol.SupervisorCommand;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a worker joined to a cluster that may come and go. A Pekko node that was removed from its cluster can never come
 * back as the same node: so the cluster's side of a worker is an actor system of its own, and whenever the cluster drops it
 * a new one is started, which looks for the gateways anew. The worker's data path lives in another system and never notices.
 */
public final class ControlPlane {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    private final String name;
    private final Config config;
    private final WorkerIdentity identity;
    private final ActorRef<Worker.Command> worker;
    private final Function<ActorContext<?>, ActorRef<SupervisorCommand>> supervisor;
    private final Supplier<CallCount> calls;
    private ActorSystem<ControlLink.Command> system;
    private boolean closed;

    /**
     * @param name the cluster's name
     * @param config with the cluster provider, this node's address and the gateways to join
     * @param supervisor finds the supervisor from within a node of the cluster
     * @param calls requests to AWS so far, which each report tells
     */
    public ControlPlane(
            String name,
            Config config,
            WorkerIdentity identity,
            ActorRef<Worker.Command> worker,
            Function<ActorContext<?>, ActorRef<SupervisorCommand>> supervisor,
            Supplier<CallCount> calls) {
        this.name = name;
        this.config = config;
        this.identity = identity;
        this.worker = worker;
        this.supervisor = supervisor;
        this.calls = calls;
    }

    /** Joins, now and after each time that the cluster dropped this node. */
    public synchronized void start() {
        if (closed) {
            return;
        }
        system = ActorSystem.create(ControlLink.create(identity, worker, supervisor, calls), name, config);
        system.getWhenTerminated().thenAccept(done -> dropped());
    }

    private synchronized void dropped() {
        if (closed) {
            return;
        }
        LOG.warn("out of the cluster, joining anew");
        Executor later = CompletableFuture.delayedExecutor(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture.runAsync(this::start, later).exceptionally(failure -> {
            LOG.warn("cannot start the cluster's side: {}", failure.getMessage());
            dropped();
            return null;
        });
    }

    /** Leaves the cluster for good; complete when this node is out. */
    public synchronized CompletionStage<Done> close() {
        closed = true;
        if (system == null) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        system.terminate();
        return system.getWhenTerminated();
    }
}
