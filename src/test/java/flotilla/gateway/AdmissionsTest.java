package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.SettingsLoader;
import flotilla.cost.CallCount;
import flotilla.domain.GatewayId;
import flotilla.domain.RequestId;
import flotilla.gateway.Admissions.FullException;
import flotilla.protocol.SupervisorCommand;
import flotilla.testing.HandClock;
import flotilla.testing.MemoryStores;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AdmissionsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final int MOST = 3;

    private final Random random = new Random(5);
    private final ActorRef<PendingReplies.Command> pending = KIT.spawn(PendingReplies.create(
            new GatewayId("gateway-1"),
            new MemoryStores.Results(),
            KIT.<SupervisorCommand>createTestProbe().getRef(),
            MOST,
            Duration.ofHours(1),
            GatewayMeters.NONE,
            () -> CallCount.NONE,
            new RecentImages(),
            new HandClock(NOW)));
    private final Admissions admissions = new Admissions(KIT.system(), pending);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private RequestId admit() {
        RequestId id = RequestId.create(NOW, random);
        admissions.admit(id).toCompletableFuture().join();
        return id;
    }

    private static void shouldBeFull(CompletionStage<?> asked) {
        Throwable failure =
                asked.toCompletableFuture().handle((done, failed) -> failed).join();
        assertThat(failure).isInstanceOf(CompletionException.class).hasCauseInstanceOf(FullException.class);
        assertThat(((FullException) failure.getCause()).retryAfterSeconds()).isEqualTo(RetryAfter.UNKNOWN);
    }

    /** Uploads that wait for their turn may never come to anything: neither limit nor fleet may go by them. */
    @Test
    void askingForRoom_shouldTakeNone() {
        for (int i = 0; i < 2 * MOST; i++) {
            admissions.hasRoom().toCompletableFuture().join();
        }
        for (int i = 0; i < MOST; i++) {
            admit();
        }
    }

    @Test
    void fullBacklog_shouldHaveRoomWhenAnImageIsWithdrawn() {
        RequestId first = admit();
        admit();
        admit();
        shouldBeFull(admissions.hasRoom());
        shouldBeFull(admissions.admit(RequestId.create(NOW, random)));

        admissions.withdraw(first);

        admissions.hasRoom().toCompletableFuture().join();
        admit();
    }
}
