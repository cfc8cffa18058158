package flotilla.membership;

import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.DowningProvider;
import org.apache.pekko.cluster.sbr.SplitBrainResolver;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.DurationConverters;

/**
 * Pekko's split-brain resolver, which acts where a node leads, with {@link DowningRule} in place of its strategies. Named in {@code
 * pekko.cluster.downing-provider-class}; {@code pekko.cluster.split-brain-resolver.stable-after} says for how long a node must be named by the
 * rule. The resolver's own wait, which each change of any node begins anew, is left out: some worker is always coming or going.
 */
public final class GatewayDowning extends DowningProvider {
    private static final String ROLE = "gateway";
    private static final FiniteDuration AT_ONCE = DurationConverters.toScala(Duration.ZERO);

    private final ActorSystem system;
    private final Duration stableAfter;

    /** Called by Pekko, with the system whose node is watched over. */
    public GatewayDowning(ActorSystem system) {
        this.system = system;
        this.stableAfter = system.settings().config().getDuration("pekko.cluster.split-brain-resolver.stable-after");
    }

    /** How long after a node was dropped a singleton of its may run elsewhere. */
    @Override
    public FiniteDuration downRemovalMargin() {
        FiniteDuration set = Cluster.get(system).settings().DownRemovalMargin();
        return set.length() > 0 ? set : DurationConverters.toScala(stableAfter);
    }

    @Override
    public Option<Props> downingActorProps() {
        Cluster cluster = Cluster.get(system);
        return Option.apply(SplitBrainResolver.props(
                AT_ONCE,
                new GatewaysDecide(
                        cluster.selfDataCenter(), cluster.selfUniqueAddress(), ROLE, stableAfter, System::nanoTime)));
    }
}
