package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import flotilla.config.SettingsLoader;
import flotilla.supervisor.LeaseContender.Moment;
import flotilla.supervisor.LeaseContender.Step;
import flotilla.supervisor.LeaseContender.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.remote.FailureDetector;
import org.apache.pekko.remote.PhiAccrualFailureDetector;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.DurationConverters;

/**
 * How long it takes until another gateway acts when the supervisor's has died: all that the design waits for, with default settings
 * and on virtual time. docs/gateways.md tells it term by term.
 */
class SupervisorMoveTest {
    private static final Duration PROMISED = Duration.ofSeconds(25);

    private static final Config CLUSTER =
            SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()).getConfig("pekko.cluster");
    /** How often Pekko's resolver asks its strategy; no setting of it. */
    private static final Duration RESOLVER_LOOKS_EVERY = Duration.ofSeconds(1);
    /** So long gateways have known each other: at first Pekko assumes that heartbeats are less regular than they are. */
    private static final int HEARTBEATS = 30;
    /** That a node is down is gossiped to all, and then that it is removed; each some two rounds in a cluster of twenty. */
    private static final int ROUNDS_OF_GOSSIP = 4;
    /** One for the node that is down, and one for what the others have seen. */
    private static final int LEADER_ACTIONS = 2;

    private static final Duration CALL_OF_THE_STORE = Duration.ofMillis(100);

    private static Duration setting(String key) {
        return CLUSTER.getDuration(key);
    }

    /** From the last heartbeat until the failure detector gives a node up. */
    private static Duration missed() {
        AtomicLong millis = new AtomicLong();
        Config settings = CLUSTER.getConfig("failure-detector");
        Duration interval = settings.getDuration("heartbeat-interval");
        PhiAccrualFailureDetector detector = new PhiAccrualFailureDetector(
                settings.getDouble("threshold"),
                settings.getInt("max-sample-size"),
                DurationConverters.toScala(settings.getDuration("min-std-deviation")),
                DurationConverters.toScala(settings.getDuration("acceptable-heartbeat-pause")),
                DurationConverters.toScala(interval),
                new FailureDetector.Clock() {
                    @Override
                    public Object apply() {
                        return millis.get();
                    }
                });
        for (int i = 0; i < HEARTBEATS; i++) {
            millis.addAndGet(interval.toMillis());
            detector.heartbeat();
        }
        long last = millis.get();
        while (detector.isAvailable()) {
            millis.incrementAndGet();
        }
        return Duration.ofMillis(millis.get() - last);
    }

    /** What is missed is seen at the next look; the resolver notes it at its next one, and acts at one that is late enough. */
    private static Duration dropped() {
        return setting("unreachable-nodes-reaper-interval")
                .plus(setting("split-brain-resolver.stable-after"))
                .plus(RESOLVER_LOOKS_EVERY.multipliedBy(2));
    }

    private static Duration told() {
        return setting("gossip-interval")
                .multipliedBy(ROUNDS_OF_GOSSIP)
                .plus(setting("leader-actions-interval").multipliedBy(LEADER_ACTIONS));
    }

    /**
     * From when the lease is watched until it is held, while its holder is dead.
     *
     * @param wanted from when on it is wanted too
     */
    private static Duration leaseHeld(Duration wanted) {
        LeaseContender contender = new LeaseContender("next", Terms.USUAL);
        LeaseEpoch newest = new LeaseEpoch(7, "dead", Terms.USUAL.term(), false, Instant.EPOCH);
        Duration time = Duration.ZERO;
        while (!contender.mayAct(moment(time))) {
            Moment began = moment(time);
            Step step = contender.next(began);
            if (step instanceof Step.Rest rest) {
                time = time.plusNanos(rest.nanos());
                continue;
            }
            if (step instanceof Step.Claim && time.compareTo(wanted) < 0) {
                time = time.plus(CALL_OF_THE_STORE);
                continue;
            }
            time = time.plus(CALL_OF_THE_STORE);
            if (step instanceof Step.Claim claim) {
                newest = claim.epoch();
                contender.claimed(began, moment(time), newest, true);
            } else {
                contender.looked(moment(time), Optional.of(newest));
            }
        }
        return time;
    }

    private static Moment moment(Duration time) {
        return new Moment(time.toNanos(), Instant.EPOCH.plus(time));
    }

    @Test
    void gatewayThatDies_shouldBeMissedAfterItsHeartbeatsPauseAndALittleMore() {
        assertThat(missed()).isBetween(Duration.ofSeconds(4), Duration.ofMillis(4700));
    }

    @Test
    void leaseOfADeadHolder_shouldBeHeldAfterItsTermAndThreeCalls() {
        assertThat(leaseHeld(Duration.ZERO)).isEqualTo(Terms.USUAL.term().plus(CALL_OF_THE_STORE.multipliedBy(3)));
    }

    /** A call more: the look that is due then. */
    @Test
    void leaseThatIsWantedWhenItsTermIsOver_shouldBeHeldAfterThreeCalls() {
        Duration wanted = Terms.USUAL.term().multipliedBy(2);

        assertThat(leaseHeld(wanted)).isBetween(wanted, wanted.plus(CALL_OF_THE_STORE.multipliedBy(4)));
    }

    @Test
    void allThatIsWaitedFor_shouldBeWithinWhatIsPromised_alsoOfALeaseThatNobodyHasWatched() {
        Duration wanted = missed().plus(dropped()).plus(told());

        assertThat(wanted.plus(leaseHeld(Duration.ZERO))).isLessThanOrEqualTo(PROMISED);
    }

    /** Whoever misses a gateway watches the lease from then on. */
    @Test
    void allThatIsWaitedFor_shouldBeTwoThirdsOfWhatIsPromised() {
        Duration seen = missed().plus(setting("unreachable-nodes-reaper-interval"));
        Duration wanted = missed().plus(dropped()).plus(told());

        assertThat(seen.plus(leaseHeld(wanted.minus(seen))))
                .isLessThanOrEqualTo(PROMISED.multipliedBy(2).dividedBy(3));
    }
}
