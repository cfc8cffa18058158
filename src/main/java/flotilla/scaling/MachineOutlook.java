package flotilla.scaling;

import java.time.Instant;
import java.util.Optional;

/**
 * What EC2 has told a machine of its future. A part that an older worker does not send is empty.
 *
 * @param endsAt when EC2 takes the machine back, by EC2's clock; empty while it does not
 * @param atRiskSince since when EC2 thinks that it may do so soon and recommends another one, by EC2's clock
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html">Spot Instance
 *     interruption notices</a>
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html">rebalance
 *     recommendations</a>
 */
public record MachineOutlook(Optional<Instant> endsAt, Optional<Instant> atRiskSince) {
    /** Nothing was said: the machine stays. */
    public static final MachineOutlook STAYS = new MachineOutlook(Optional.empty(), Optional.empty());

    public MachineOutlook {
        endsAt = endsAt == null ? Optional.empty() : endsAt;
        atRiskSince = atRiskSince == null ? Optional.empty() : atRiskSince;
    }

    /** Whether EC2 takes the machine back whatever anybody does. */
    public boolean ends() {
        return endsAt.isPresent();
    }

    /** Whether EC2 recommends another machine, and has not taken this one back yet. */
    public boolean atRisk() {
        return atRiskSince.isPresent() && endsAt.isEmpty();
    }

    /** What is known when this was heard after something else: a notice is never taken back, though a look may miss it. */
    public MachineOutlook after(MachineOutlook earlier) {
        return new MachineOutlook(endsAt.or(earlier::endsAt), atRiskSince.or(earlier::atRiskSince));
    }
}
