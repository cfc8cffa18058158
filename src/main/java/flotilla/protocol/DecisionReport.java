package flotilla.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The supervisor's last decisions, newest first. */
public record DecisionReport(List<Decision> decisions) implements CborSerializable {
    public DecisionReport {
        decisions = List.copyOf(decisions);
    }

    /**
     * One decision and the figures that it came from. A count is -1 when it was unknown.
     *
     * @param n counts from 1 since this supervisor started
     * @param decision {@code hold}, or the kinds of the actions joined with {@code +}
     * @param reason in a word
     * @param visible messages waiting
     * @param inFlight messages received and not deleted
     * @param pending instances booting
     * @param running instances at work
     * @param draining instances asked to end
     * @param desired capacity wanted, within the limits
     * @param vote what the policy wanted before the limits, and the figures it came from
     * @param clamps what kept the plan from the vote
     * @param findings what the auditor found
     * @param shadows what other policies would have done
     * @param forecast what was expected one interval later
     * @param hindsight what then really was; empty until then
     */
    public record Decision(
            long n,
            Instant at,
            String policy,
            String decision,
            String reason,
            int visible,
            int inFlight,
            int pending,
            int running,
            int draining,
            int desired,
            List<Action> actions,
            Vote vote,
            List<String> clamps,
            List<String> findings,
            List<Shadow> shadows,
            Optional<Forecast> forecast,
            Optional<Forecast> hindsight) {
        public Decision {
            actions = List.copyOf(actions);
            clamps = List.copyOf(clamps);
            findings = List.copyOf(findings);
            shadows = List.copyOf(shadows);
        }
    }

    /**
     * What a policy wanted.
     *
     * @param desired before the limits; -1 when it was not asked
     * @param figures by name, sorted
     */
    public record Vote(int desired, Map<String, Double> figures) {
        public Vote {
            figures = Map.copyOf(figures);
        }
    }

    /** What a policy that only watches would have done. */
    public record Shadow(
            String policy, String decision, String reason, int desired, int launches, int drains, Vote vote) {}

    /**
     * Backlog and fleet at a moment, as expected or as found.
     *
     * @param backlog images
     * @param active instances booting and at work
     */
    public record Forecast(Instant at, double backlog, int active) {}

    /**
     * One action of a decision.
     *
     * @param kind {@code launch}, {@code start}, {@code set-capacity}, {@code assign-id}, {@code drain}, {@code cancel-drain},
     *     {@code request-drain}, {@code cancel-request}, {@code terminate} or {@code stop}
     * @param appTierId 0 when there is none
     * @param instanceId empty for a launch that has not succeeded
     * @param why what makes a termination safe: {@code drained}, {@code silent}, {@code never-reported}, {@code orphan}; of
     *     actions on no single instance how many
     * @param outcome {@code ok}, {@code dry-run}, or what went wrong in one line
     */
    public record Action(String kind, int appTierId, String instanceId, String why, String outcome) {}
}
