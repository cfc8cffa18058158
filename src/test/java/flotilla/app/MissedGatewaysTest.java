package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.supervisor.SupervisorLease;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.util.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

class MissedGatewaysTest {
    private final ActorTestKit kit = ActorTestKit.create("flotilla", LoneGateway.CONFIG);
    private final Semaphore watched = new Semaphore(0);
    private final SupervisorLease lease = new SupervisorLease() {
        @Override
        public Standing standing() {
            return new Standing.NotHeld("held by another");
        }

        @Override
        public void want(Runnable changed) {
            throw new IllegalStateException("only the supervisor wants it");
        }

        @Override
        public void watch() {
            watched.release();
        }

        @Override
        public CompletionStage<Done> release() {
            throw new IllegalStateException("only the supervisor lays it down");
        }

        @Override
        public void abandon() {
            throw new IllegalStateException("only the supervisor has it");
        }
    };

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private static Member member(String role, int port) {
        return new Member(
                UniqueAddress.apply(Address.apply("pekko", "flotilla", "127.0.0.1", port), (long) port),
                1,
                MemberStatus.up(),
                CollectionConverters.asScala(Set.of(role, "dc-default")).toSet(),
                Version.Zero());
    }

    @Test
    void gatewayThatIsMissed_shouldHaveTheLeaseWatched_andAWorkerNot() throws Exception {
        ActorRef<ClusterEvent.ReachabilityEvent> missed = kit.spawn(MissedGateways.create(lease));

        missed.tell(new ClusterEvent.UnreachableMember(member("worker", 1)));
        missed.tell(new ClusterEvent.UnreachableMember(member("gateway", 2)));
        missed.tell(new ClusterEvent.ReachableMember(member("gateway", 2)));
        missed.tell(new ClusterEvent.UnreachableMember(member("gateway", 3)));

        assertThat(watched.tryAcquire(2, 60, TimeUnit.SECONDS)).isTrue();
        kit.stop(missed);
        assertThat(watched.availablePermits()).as("nothing else").isZero();
    }
}
