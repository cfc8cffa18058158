package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.InfrastructureException;
import flotilla.supervisor.LeaseContender.Terms;
import flotilla.supervisor.SupervisorLease.Standing;
import flotilla.testing.HandClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Contenders as actors, in real time and with short terms. */
@Tag("slow")
class EpochLeaseTest {
    private static final Terms SHORT =
            new Terms(Duration.ofMillis(800), Duration.ofMillis(200), Duration.ofMillis(100), Duration.ofMillis(50));
    /** Only a release can end it within a test. */
    private static final Terms LONG =
            new Terms(Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofMillis(50));

    private final ActorTestKit one = ActorTestKit.create();
    private final ActorTestKit two = ActorTestKit.create();
    private final MemoryEpochs store = new MemoryEpochs();

    private static final class MemoryEpochs implements LeaseStore {
        final TreeMap<Long, LeaseEpoch> epochs = new TreeMap<>();
        /** For each holder, the time from the last epoch of another to its own first one. */
        private final Map<String, Duration> waited = new HashMap<>();
        /** When an epoch was last written, by {@link System#nanoTime}. */
        private long written = System.nanoTime();

        boolean away;
        private int looks;

        synchronized int looks() {
            return looks;
        }

        @Override
        public synchronized CompletionStage<Optional<LeaseEpoch>> newest() {
            looks++;
            return away
                    ? failed()
                    : CompletableFuture.completedFuture(
                            epochs.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(epochs.lastEntry().getValue()));
        }

        @Override
        public synchronized CompletionStage<Boolean> create(LeaseEpoch epoch) {
            if (away) {
                return failed();
            }
            boolean created = epochs.putIfAbsent(epoch.number(), epoch) == null;
            if (created) {
                long now = System.nanoTime();
                waited.putIfAbsent(epoch.holder(), Duration.ofNanos(now - written));
                written = now;
            }
            return CompletableFuture.completedFuture(created);
        }

        /** The time from the last epoch of the one before to a holder's first one. */
        synchronized Duration waited(String holder) {
            return waited.get(holder);
        }

        synchronized boolean hasWritten(String holder) {
            return waited.containsKey(holder);
        }

        @Override
        public synchronized CompletionStage<Done> removeBefore(long number) {
            epochs.headMap(number, false).clear();
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        synchronized void put(LeaseEpoch epoch) {
            epochs.put(epoch.number(), epoch);
        }

        synchronized void away(boolean now) {
            away = now;
        }

        /** Another has had the lease for long, and has removed what is old. */
        synchronized void goOnAs(String holder, int epochsLater) {
            long number = epochs.lastKey() + epochsLater;
            epochs.clear();
            epochs.put(number, new LeaseEpoch(number, holder, LONG.term(), false, Instant.EPOCH));
        }

        synchronized long lowest() {
            return epochs.isEmpty() ? 0 : epochs.firstKey();
        }

        private static <T> CompletionStage<T> failed() {
            return CompletableFuture.failedFuture(new InfrastructureException("the bucket is away", null));
        }
    }

    @AfterEach
    void stop() {
        one.shutdownTestKit();
        two.shutdownTestKit();
    }

    private SupervisorLease lease(ActorTestKit node, String name, Terms terms) {
        return EpochLease.start(node.system(), store, name, terms, Clock.systemUTC(), System::nanoTime);
    }

    private void eventually(Runnable holds) {
        one.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            holds.run();
            return holds;
        });
    }

    /** Waits until the lease is held, and returns how. */
    private Standing held(SupervisorLease lease) {
        return one.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            Standing standing = lease.standing();
            assertThat(standing).isInstanceOf(Standing.Held.class);
            return standing;
        });
    }

    private static void isHeld(SupervisorLease lease) {
        assertThat(lease.standing()).isInstanceOf(Standing.Held.class);
    }

    @Test
    void leaseThatNobodyWants_shouldNotBeContendedFor() {
        SupervisorLease lease = lease(one, "one", SHORT);
        SupervisorLease other = lease(two, "two", SHORT);
        other.want(() -> {});

        eventually(() -> assertThat(store.lowest()).as("epochs come and go").isGreaterThan(1));

        assertThat(lease.standing()).isEqualTo(new Standing.NotHeld("not asked for yet"));
        assertThat(store.hasWritten("one")).isFalse();
    }

    @Test
    void second_shouldWaitAndTakeOverAtOnceWhenTheFirstLaysItDown() {
        AtomicInteger changes = new AtomicInteger();
        SupervisorLease first = lease(one, "one", LONG);
        SupervisorLease second = lease(two, "two", LONG);
        first.want(() -> {});
        eventually(() -> isHeld(first));
        second.want(changes::incrementAndGet);
        eventually(() -> assertThat(second.standing()).isEqualTo(new Standing.NotHeld("held by one")));

        CompletionStage<Done> released = first.release();

        assertThat(first.standing()).isInstanceOf(Standing.NotHeld.class);
        eventually(() -> assertThat(released.toCompletableFuture()).isDone());
        eventually(() -> isHeld(second));
        eventually(() -> assertThat(changes).hasValueGreaterThan(1));
        first.want(() -> {});
        eventually(() -> assertThat(first.standing()).isEqualTo(new Standing.NotHeld("held by two")));
    }

    @Test
    void holderThatDied_shouldBeFollowedAfterItsTerm() {
        SupervisorLease first = lease(one, "one", SHORT);
        first.want(() -> {});
        eventually(() -> isHeld(first));
        SupervisorLease second = lease(two, "two", SHORT);
        second.want(() -> {});

        one.shutdownTestKit();

        two.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            isHeld(second);
            return second;
        });
        assertThat(store.waited("two")).isGreaterThanOrEqualTo(SHORT.term());
        assertThat(first.standing()).isInstanceOf(Standing.NotHeld.class);
    }

    @Test
    void leaseThatIsWatched_shouldBeHadWithoutAnotherTermWhenItIsWanted() {
        store.put(new LeaseEpoch(7, "dead", LONG.term(), false, Instant.EPOCH));
        AtomicLong nanos = new AtomicLong();
        SupervisorLease lease =
                EpochLease.start(one.system(), store, "one", LONG, new HandClock(Instant.EPOCH), nanos::get);
        lease.watch();
        eventually(() -> assertThat(store.looks()).isPositive());
        // Behind the look that is under way.
        eventually(() -> {
            nanos.addAndGet(LONG.lookEvery().toNanos());
            assertThat(store.looks()).isGreaterThan(2);
        });

        nanos.addAndGet(LONG.term().toNanos());

        assertThat(store.hasWritten("one")).as("nobody wants it").isFalse();
        lease.want(() -> {});
        eventually(() -> isHeld(lease));
    }

    @Test
    void leaseThatIsNotWatched_shouldBeHadAfterItsTermAlone() {
        store.put(new LeaseEpoch(7, "dead", LONG.term(), false, Instant.EPOCH));
        AtomicLong nanos = new AtomicLong();
        SupervisorLease lease =
                EpochLease.start(one.system(), store, "one", LONG, new HandClock(Instant.EPOCH), nanos::get);
        nanos.addAndGet(LONG.term().toNanos());
        lease.want(() -> {});
        eventually(() -> assertThat(lease.standing()).isEqualTo(new Standing.NotHeld("held by dead")));
        assertThat(store.hasWritten("one")).isFalse();

        nanos.addAndGet(LONG.term().toNanos());

        eventually(() -> isHeld(lease));
    }

    @Test
    void machineThatWasSuspended_shouldNotActNorHoldBesideItsSuccessor() {
        HandClock day = new HandClock(Instant.EPOCH);
        SupervisorLease lease = EpochLease.start(one.system(), store, "one", LONG, day, System::nanoTime);
        List<Standing> standings = new CopyOnWriteArrayList<>();
        lease.want(() -> {});
        eventually(() -> isHeld(lease));

        store.goOnAs("two", 400);
        day.pass(Duration.ofMinutes(20));

        assertThat(lease.standing()).isInstanceOf(Standing.NotHeld.class);
        eventually(() -> {
            standings.add(lease.standing());
            assertThat(lease.standing()).isEqualTo(new Standing.NotHeld("held by two"));
        });
        assertThat(standings).doesNotHaveAnyElementsOfTypes(Standing.Held.class);
    }

    @Test
    void contenderThatFails_shouldStartAnewAndContendAgain() {
        SupervisorLease lease = lease(one, "one", LONG);
        AtomicInteger changes = new AtomicInteger();

        lease.want(() -> {
            if (changes.getAndIncrement() == 0) {
                throw new IllegalStateException("a bug");
            }
        });

        eventually(() -> isHeld(lease));
    }

    @Test
    void abandonedLease_shouldBeNobodysForItsTerm() {
        SupervisorLease first = lease(one, "one", LONG);
        SupervisorLease second = lease(two, "two", LONG);
        first.want(() -> {});
        eventually(() -> isHeld(first));

        first.abandon();
        first.want(() -> {});
        second.want(() -> {});

        assertThat(first.standing()).isInstanceOf(Standing.NotHeld.class);
        eventually(() -> assertThat(second.standing()).isEqualTo(new Standing.NotHeld("held by one")));
        assertThat(first.standing()).isInstanceOf(Standing.NotHeld.class);
    }

    @Test
    void abandonedLease_shouldBeHadAgainInANewTenure() {
        SupervisorLease lease = lease(one, "one", SHORT);
        lease.want(() -> {});
        Standing before = held(lease);

        lease.abandon();
        lease.want(() -> {});

        eventually(() -> isHeld(lease));
        assertThat(lease.standing()).isNotEqualTo(before);
    }

    @Test
    void storeThatIsAway_shouldMeanNoLeaseWithTheReason() {
        SupervisorLease lease = lease(one, "one", SHORT);
        lease.want(() -> {});
        Standing before = held(lease);

        store.away(true);

        eventually(() -> assertThat(lease.standing()).isEqualTo(new Standing.NotHeld("the bucket is away")));
        store.away(false);
        eventually(() -> assertThat(lease.standing()).as("nobody else had it").isEqualTo(before));
    }

    @Test
    void oldEpochs_shouldBeRemoved() {
        SupervisorLease lease = lease(one, "one", SHORT);
        lease.want(() -> {});

        eventually(() -> assertThat(store.lowest()).isGreaterThan(1));

        eventually(() -> isHeld(lease));
    }
}
