package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.StorageSettings;
import flotilla.protocol.Expiry;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExpiryKeeperTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final ManualTime TIME = ManualTime.get(KIT.system());

    private final HandClock clock = new HandClock(Instant.EPOCH);
    private final BlockingQueue<CompletableFuture<Expiry.Swept>> sweeps = new LinkedBlockingQueue<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageSettings storage(Duration inputs, Duration results) {
        return new StorageSettings("in", "out", "", StorageSettings.Layout.BY_ID, inputs, results, List.of());
    }

    private Expiry expiry() {
        return now -> {
            CompletableFuture<Expiry.Swept> sweep = new CompletableFuture<>();
            sweeps.add(sweep);
            return sweep;
        };
    }

    @Test
    void lifetimesForEver_shouldNeedNoKeeper() {
        assertThat(ExpiryKeeper.create(expiry(), storage(Duration.ZERO, Duration.ZERO), clock, new Random(1)))
                .isEmpty();
    }

    @Test
    void keeper_shouldSweepAgainAQuarterOfTheShortestLifetimeAfterEachSweepFailedOrNot() {
        KIT.spawn(ExpiryKeeper.create(expiry(), storage(Duration.ofHours(2), Duration.ofDays(90)), clock, new Random(1))
                .orElseThrow());
        CompletableFuture<Expiry.Swept> first = next();
        TIME.timePasses(Duration.ofHours(2));
        assertThat(sweeps).as("one at a time").isEmpty();

        first.completeExceptionally(new IllegalStateException("the store is away"));
        CompletableFuture<Expiry.Swept> second = next();
        second.complete(new Expiry.Swept(1, 2, 3, 4));

        assertThat(next()).isNotDone();
    }

    /** The next sweep, whose timer is set when the actor has heard of the last one. */
    private CompletableFuture<Expiry.Swept> next() {
        KIT.createTestProbe().awaitAssert(() -> {
            TIME.timePasses(Duration.ofMinutes(30));
            assertThat(sweeps).isNotEmpty();
            return null;
        });
        return sweeps.remove();
    }
}
