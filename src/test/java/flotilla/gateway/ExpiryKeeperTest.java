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
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExpiryKeeperTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration QUARTER = Duration.ofMinutes(30);

    private final HandClock clock = new HandClock(Instant.EPOCH);
    private final BlockingQueue<Begun> sweeps = new LinkedBlockingQueue<>();

    /** A sweep that was begun at some time of the clock. */
    private record Begun(Instant at, CompletableFuture<Expiry.Swept> end) {}

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
            sweeps.add(new Begun(now, sweep));
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
        KIT.createTestProbe().awaitAssert(() -> {
            // Its first timer is set when it has started.
            TIME.timePasses(QUARTER);
            assertThat(sweeps).isNotEmpty();
            return null;
        });
        Begun first = next();
        TIME.timePasses(Duration.ofHours(2));
        assertThat(sweeps).as("one at a time").isEmpty();

        // What it logs of a sweep it logs when the next one is set.
        LoggingTestKit.warn("the store is away")
                .expect(
                        KIT.system(),
                        () -> first.end().completeExceptionally(new IllegalStateException("the store is away")));
        Begun second = nextAfterAQuarter();
        LoggingTestKit.info("removed inputs=1 results=2 others=3")
                .expect(KIT.system(), () -> second.end().complete(new Expiry.Swept(1, 2, 3, 4)));

        nextAfterAQuarter();
    }

    private Begun nextAfterAQuarter() {
        TIME.timePasses(QUARTER.minusMillis(1));
        clock.pass(QUARTER);
        TIME.timePasses(Duration.ofMillis(1));
        Begun next = next();
        assertThat(next.at()).as("not before").isEqualTo(clock.instant());
        return next;
    }

    private Begun next() {
        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(sweeps).isNotEmpty();
            return null;
        });
        return sweeps.remove();
    }
}
