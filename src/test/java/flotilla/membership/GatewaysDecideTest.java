package flotilla.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.Reachability;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.sbr.DowningStrategy;
import org.apache.pekko.util.Version;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

class GatewaysDecideTest {
    private static final UniqueAddress GATEWAY = address(1);
    private static final UniqueAddress SECOND = address(2);
    private static final UniqueAddress WORKER = address(3);
    private static final UniqueAddress OTHER = address(4);

    private final AtomicLong nanos = new AtomicLong();
    private final GatewaysDecide strategy =
            new GatewaysDecide("default", GATEWAY, "gateway", Duration.ofSeconds(7), nanos::get);

    private static UniqueAddress address(int port) {
        return UniqueAddress.apply(Address.apply("pekko", "flotilla", "127.0.0.1", port), (long) port);
    }

    private static Member member(UniqueAddress address, String role, MemberStatus status) {
        return new Member(
                address,
                1,
                status,
                CollectionConverters.asScala(Set.of(role, "dc-default")).toSet(),
                Version.Zero());
    }

    private void are(Member... members) {
        List.of(members).forEach(strategy::add);
    }

    private Set<UniqueAddress> droppedNow() {
        return CollectionConverters.asJava(strategy.nodesToDown(strategy.decide()));
    }

    private Set<UniqueAddress> dropped() {
        assertThat(droppedNow()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(7).toNanos());
        return droppedNow();
    }

    @Test
    void nothingMissed_shouldLeaveTheResolverIdle() {
        are(member(GATEWAY, "gateway", MemberStatus.up()), member(WORKER, "worker", MemberStatus.up()));

        assertThat(strategy.unreachable().isEmpty()).isTrue();
        assertThat(dropped()).isEmpty();
    }

    @Test
    void workersThatDieOneAfterTheOther_shouldGoAlone() {
        are(
                member(GATEWAY, "gateway", MemberStatus.up()),
                member(WORKER, "worker", MemberStatus.up()),
                member(OTHER, "worker", MemberStatus.up()));
        strategy.setReachability(Reachability.empty()
                .unreachable(OTHER, WORKER)
                .unreachable(GATEWAY, WORKER)
                .terminated(GATEWAY, OTHER));

        assertThat(dropped()).containsExactlyInAnyOrder(WORKER, OTHER);
        assertThat(strategy.unreachable().size()).isEqualTo(2);
    }

    @Test
    void workerThatIsHeardAgain_shouldStay() {
        are(member(GATEWAY, "gateway", MemberStatus.up()), member(WORKER, "worker", MemberStatus.up()));
        strategy.setReachability(
                Reachability.empty().unreachable(GATEWAY, WORKER).reachable(GATEWAY, WORKER));

        assertThat(strategy.unreachable().isEmpty()).isTrue();
    }

    @Test
    void gatewayThatIsJoining_shouldHaveNoVote() {
        are(member(GATEWAY, "gateway", MemberStatus.weaklyUp()), member(SECOND, "gateway", MemberStatus.up()));
        strategy.setReachability(
                Reachability.empty().unreachable(GATEWAY, SECOND).unreachable(SECOND, GATEWAY));

        assertThat(dropped()).containsExactly(GATEWAY);
    }

    @Test
    void memberThatIsDropped_shouldNotBeDroppedAgain() {
        are(member(GATEWAY, "gateway", MemberStatus.up()), member(WORKER, "worker", MemberStatus.down()));
        strategy.setReachability(Reachability.empty().unreachable(GATEWAY, WORKER));

        assertThat(dropped()).isEmpty();
    }

    @Test
    void eachNode_shouldBeMissedForLongEnoughByItself() {
        are(
                member(GATEWAY, "gateway", MemberStatus.up()),
                member(WORKER, "worker", MemberStatus.up()),
                member(OTHER, "worker", MemberStatus.up()));
        Reachability one = Reachability.empty().unreachable(GATEWAY, WORKER);
        strategy.setReachability(one);
        assertThat(droppedNow()).isEmpty();

        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        strategy.setReachability(one.unreachable(GATEWAY, OTHER));
        assertThat(droppedNow()).isEmpty();

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(droppedNow()).containsExactly(WORKER);
    }

    @Test
    void decisionToDropAll_shouldDropOnlyThoseToDrop() {
        are(member(GATEWAY, "gateway", MemberStatus.up()), member(WORKER, "worker", MemberStatus.up()));

        assertThat(strategy.nodesToDown(DowningStrategy.DownAll$.MODULE$).isEmpty())
                .isTrue();
    }

    @Test
    void gatewayThatLeaves_shouldHaveNoVoteBesideOneThatStays() {
        are(member(GATEWAY, "gateway", MemberStatus.leaving()), member(SECOND, "gateway", MemberStatus.up()));
        strategy.setReachability(Reachability.empty().unreachable(SECOND, GATEWAY));

        assertThat(dropped()).containsExactly(GATEWAY);
    }

    @Test
    void lastGatewayThatLeaves_shouldDropTheWorkersThatItMisses() {
        are(member(SECOND, "gateway", MemberStatus.leaving()), member(WORKER, "worker", MemberStatus.up()));
        strategy.setReachability(Reachability.empty().unreachable(SECOND, WORKER));

        assertThat(dropped()).containsExactly(WORKER);
    }

    @Test
    void nodeThatWasLeavingWhenItMissedAnother_shouldGo() {
        are(
                member(GATEWAY, "gateway", MemberStatus.up()),
                member(WORKER, "worker", MemberStatus.up()),
                member(OTHER, "worker", MemberStatus.exiting()));
        strategy.setReachability(Reachability.empty().unreachable(OTHER, WORKER));

        assertThat(dropped()).containsExactly(OTHER);
    }

    @Test
    void shippedSettings_shouldNeverDropAllAndLetOtherVersionsIn() {
        Config shipped = ConfigFactory.parseResources("flotilla-pekko.conf").withFallback(ConfigFactory.load());

        assertThat(shipped.getString("pekko.cluster.downing-provider-class")).isEqualTo(GatewayDowning.class.getName());
        assertThat(shipped.getString("pekko.cluster.split-brain-resolver.down-all-when-unstable"))
                .isEqualTo("off");
        assertThat(shipped.getString("pekko.cluster.configuration-compatibility-check.enforce-on-join"))
                .isEqualTo("off");
    }

    @Test
    void quarantineByAnother_shouldDropThisNode() {
        are(member(GATEWAY, "gateway", MemberStatus.up()), member(SECOND, "gateway", MemberStatus.up()));

        assertThat(CollectionConverters.asJava(
                        strategy.nodesToDown(DowningStrategy.DownSelfQuarantinedByRemote$.MODULE$)))
                .containsExactly(GATEWAY);
    }
}
