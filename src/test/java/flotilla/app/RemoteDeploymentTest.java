package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.Deploy;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.remote.RemoteScope;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer of the cluster that asks a node to start an actor for it. */
class RemoteDeploymentTest {
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private final ActorTestKit node = ActorTestKit.create("flotilla", LoneGateway.CONFIG);
    private final ActorSystem peer = ActorSystem.create("flotilla", LoneGateway.CONFIG);

    /** What a peer would like to run. */
    static final class Guest extends AbstractActor {
        @Override
        public void preStart() {
            STARTED.set(true);
        }

        @Override
        public Receive createReceive() {
            return emptyBehavior();
        }
    }

    @AfterEach
    void stop() {
        TestKit.shutdownActorSystem(peer);
        node.shutdownTestKit();
    }

    @Test
    void actorThatAPeerWantsToRunHere_shouldNotBeStarted() {
        Address there = Cluster.get(node.system()).selfMember().address();
        join(there);

        LoggingTestKit.error("Received command to create remote Actor, but class [" + Guest.class)
                .expect(
                        node.system(),
                        () -> peer.actorOf(Props.create(Guest.class).withDeploy(new Deploy(new RemoteScope(there)))));

        assertThat(STARTED).isFalse();
    }

    /** Pekko's own peers ask only members of their cluster. */
    private void join(Address there) {
        Cluster.get(node.system()).manager().tell(new Join(there));
        Cluster joining = Cluster.get(Adapter.toTyped(peer));
        joining.manager().tell(new Join(there));
        node.createTestProbe().awaitAssert(Duration.ofSeconds(60), () -> {
            assertThat(joining.selfMember().status()).isEqualTo(MemberStatus.up());
            assertThat(joining.state().getMembers()).hasSize(2);
            return joining;
        });
    }
}
