package flotilla.protocol;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decisions that the supervisor remembers, newest first.
 *
 * @param more whether the question asked for more than fits in one message
 */
public record DecisionReport(List<Decision> decisions, boolean more) implements CborSerializable {
    public DecisionReport {
        decisions = List.copyOf(decisions);
    }

    /** All that was asked for. */
    public DecisionReport(List<Decision> decisions) {
        this(decisions, false);
    }

    /**
     * One decision and the figures that it came from. A count is -1 when it was unknown, or when the supervisor is of an earlier
     * version and does not tell it.
     *
     * @param n grows by one with each decision, and from one supervisor to the next
     * @param decision {@code hold}, or the kinds of the actions joined with {@code +}
     * @param reason in a word
     * @param visible messages waiting
     * @param inFlight messages received and not deleted
     * @param pending instances booting
     * @param running instances at work
     * @param draining instances asked to end, not terminated yet
     * @param desired capacity wanted, within the limits
     * @param accepted images that the gateways have accepted since this supervisor began to count
     * @param answered images that had their answer since then, at the gateway that accepted them
     * @param unanswered images without an answer at the gateways that have spoken lately
     * @param vote what the policy wanted before the limits, and the figures it came from
     * @param clamps what kept the plan from the vote
     * @param findings what the auditor found
     * @param shadows what other policies would have done
     * @param forecast what was expected one interval later; empty when there was nothing to tell it from
     * @param hindsight what then really was; empty until then, and for good when nobody could look then
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
            @JsonDeserialize(using = CountOrUnknown.class) long accepted,
            @JsonDeserialize(using = CountOrUnknown.class) long answered,
            @JsonDeserialize(using = CountOrUnknown.class) long unanswered,
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

        /** The same decision, now that it is known how it went on. */
        public Decision withHindsight(Forecast found) {
            return new Decision(
                    n,
                    at,
                    policy,
                    decision,
                    reason,
                    visible,
                    inFlight,
                    pending,
                    running,
                    draining,
                    desired,
                    accepted,
                    answered,
                    unanswered,
                    actions,
                    vote,
                    clamps,
                    findings,
                    shadows,
                    forecast,
                    Optional.of(found));
        }
    }

    /**
     * What a policy wanted.
     *
     * @param desired before the limits; -1 when it was not asked
     * @param figures by name, sorted
     */
    public record Vote(int desired, Map<String, Double> figures) {
        /** The policy was not asked. */
        public static final Vote NOT_ASKED = new Vote(-1, Map.of());

        public Vote {
            figures = Collections.unmodifiableMap(new TreeMap<>(figures));
        }
    }

    /**
     * What a policy that only watches would have done.
     *
     * @param desired capacity wanted, within the limits; -1 when it was unknown
     * @param launches instances that it would have started, or let its Auto Scaling group start
     * @param drains instances that it would have asked to end
     */
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
     *     a launch for the warm pool {@code spare}; of an id that is put on {@code untagged} or {@code duplicate}; of actions on
     *     no single instance how many
     * @param outcome {@link #OK}, {@link #DRY_RUN}, {@link #BY_HAND}, or what went wrong in one line
     */
    public record Action(String kind, int appTierId, String instanceId, String why, String outcome) {
        public static final String OK = "ok";
        /** Nothing was done, because plans are only to be shown. */
        public static final String DRY_RUN = "dry-run";
        /** Nothing was done, because workers are started and ended by hand. */
        public static final String BY_HAND = "workers are started by hand";

        /** Whether it was done. */
        public boolean succeeded() {
            return outcome.equals(OK);
        }

        /** Whether it was not even tried. */
        public boolean onlyShown() {
            return outcome.equals(DRY_RUN) || outcome.equals(BY_HAND);
        }
    }
}
