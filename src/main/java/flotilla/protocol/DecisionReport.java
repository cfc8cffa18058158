package flotilla.protocol;

import java.time.Instant;
import java.util.List;

/** The supervisor's last decisions, newest first. */
public record DecisionReport(List<Decision> decisions) implements CborSerializable {
    public DecisionReport {
        decisions = List.copyOf(decisions);
    }

    /**
     * One decision and the figures that it came from. A figure is -1 when it was unknown.
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
            List<Action> actions) {
        public Decision {
            actions = List.copyOf(actions);
        }
    }

    /**
     * One action of a decision.
     *
     * @param kind {@code launch}, {@code drain}, {@code cancel-drain} or {@code terminate}
     * @param appTierId 0 when there is none
     * @param instanceId empty for a launch that has not succeeded
     * @param why what makes a termination safe: {@code drained}, {@code silent}, {@code never-reported}; else empty
     * @param outcome {@code ok}, {@code dry-run}, or what went wrong in one line
     */
    public record Action(String kind, int appTierId, String instanceId, String why, String outcome) {}
}
