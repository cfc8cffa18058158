package flotilla.membership;

import flotilla.membership.DowningRule.Sight;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.sbr.DowningStrategy;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * {@link DowningRule} as a strategy of Pekko's split-brain resolver, which tells it of members and of who misses whom, and asks it once a
 * second. The strategies' base class is Pekko's own affair; the version of Pekko is fixed, and {@code GatewaysDecideTest} and {@code
 * PartitionIT} hold what is used of it.
 */
final class GatewaysDecide extends DowningStrategy {
    private static final DowningRule<UniqueAddress> RULE = new DowningRule<>((one, other) -> one.compare(other));

    private final String gateway;
    private final Lasting<UniqueAddress> lasting;

    /**
     * @param gateway role of the nodes that decide
     * @param stableAfter a node is dropped when the rule has named it for so long
     */
    GatewaysDecide(String dataCenter, UniqueAddress self, String gateway, Duration stableAfter, LongSupplier nanoTime) {
        super(dataCenter, self);
        this.gateway = gateway;
        this.lasting = new Lasting<>(stableAfter, nanoTime);
    }

    @Override
    public Option<String> role() {
        return Option.apply(gateway);
    }

    /** Those to drop: what the resolver acts on when there is any. */
    @Override
    public scala.collection.immutable.Set<UniqueAddress> unreachable() {
        return CollectionConverters.asScala(lasting.of(dropped())).toSet();
    }

    @Override
    public Decision decide() {
        return DowningStrategy.DownUnreachable$.MODULE$;
    }

    /** The same whatever was decided, but when another node says that it does not speak with this one any more. */
    @Override
    public scala.collection.immutable.Set<UniqueAddress> nodesToDown(Decision decision) {
        return decision.equals(DowningStrategy.DownSelfQuarantinedByRemote$.MODULE$)
                ? super.nodesToDown(decision)
                : unreachable();
    }

    private Set<UniqueAddress> dropped() {
        if (reachability().records().isEmpty()) {
            return Set.of();
        }
        Set<UniqueAddress> gateways = those(member -> isGateway(member) && is(member, MemberStatus.up()));
        if (gateways.isEmpty()) {
            gateways = those(member -> isGateway(member) && is(member, MemberStatus.leaving()));
        }
        Set<UniqueAddress> voting = gateways;
        Set<UniqueAddress> ending = those(member -> is(member, MemberStatus.exiting()));
        Set<UniqueAddress> others = those(member -> !is(member, MemberStatus.down())
                && !ending.contains(member.uniqueAddress())
                && !voting.contains(member.uniqueAddress()));
        Set<Sight<UniqueAddress>> sights = CollectionConverters.asJavaCollection(
                        reachability().records())
                .stream()
                .map(seen -> new Sight<>(seen.observer(), seen.subject()))
                .collect(Collectors.toSet());
        return RULE.dropped(voting, others, ending, sights);
    }

    private Set<UniqueAddress> those(Predicate<Member> are) {
        Collection<Member> members = CollectionConverters.asJavaCollection(allMembersInDC());
        return members.stream().filter(are).map(Member::uniqueAddress).collect(Collectors.toSet());
    }

    private boolean isGateway(Member member) {
        return member.hasRole(gateway);
    }

    private static boolean is(Member member, MemberStatus status) {
        return member.status().equals(status);
    }
}
