package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.GatewayRegistry;
import flotilla.protocol.GatewayRegistry.Entry;
import flotilla.protocol.GatewayRegistry.Found;
import flotilla.protocol.GatewayRegistry.Phase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gateway does with entries that it does not expect. */
class ClusterJoinTest {
    private final ActorTestKit kit = ActorTestKit.create("flotilla", LoneGateway.CONFIG);

    private final List<Phase> written = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private void join(GatewayRegistry registry) {
        kit.spawn(ClusterJoin.create(registry, List.of(), Duration.ofSeconds(1), known -> {}, () -> {}));
    }

    private void becomesAMember() {
        kit.createTestProbe().awaitAssert(Duration.ofSeconds(60), () -> {
            assertThat(written).contains(Phase.MEMBER);
            return written;
        });
    }

    @Test
    void entryOfNoPossibleAddress_shouldBePassedOver() {
        join(own -> {
            written.add(own.phase());
            return CompletableFuture.completedFuture(List.of(
                    new Found(new Entry("127.0.0.1:70000", Phase.MEMBER, "127.0.0.1:70000", 9), Duration.ZERO)));
        });

        becomesAMember();
    }

    @Test
    void registryThatThrows_shouldBeAskedAgain() {
        join(new GatewayRegistry() {
            private boolean thrown;

            @Override
            public CompletionStage<List<Found>> meet(Entry own) {
                if (!thrown) {
                    thrown = true;
                    throw new IllegalStateException("a bug");
                }
                written.add(own.phase());
                return CompletableFuture.completedFuture(List.of());
            }
        });

        becomesAMember();
    }
}
