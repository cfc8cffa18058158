package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The last decisions, and each as one line of the log. Confined to the supervisor's actor. */
final class DecisionLog {
    private final int capacity;
    private final String policy;
    private final Deque<Decision> decisions = new ArrayDeque<>();
    private long count;

    DecisionLog(int capacity, String policy) {
        this.capacity = capacity;
        this.policy = policy;
    }

    /** Remembers a plan and what became of its actions. */
    Decision add(ScalingPlan plan, List<DecisionReport.Action> actions) {
        count++;
        Decision decision = new Decision(
                count,
                plan.at(),
                policy,
                plan.decision(),
                plan.reason(),
                plan.depth().map(depth -> depth.visible()).orElse(-1),
                plan.depth().map(depth -> depth.inFlight()).orElse(-1),
                plan.census().pending(),
                plan.census().running(),
                plan.census().draining(),
                plan.desired().orElse(-1),
                actions);
        decisions.addFirst(decision);
        while (decisions.size() > capacity) {
            decisions.removeLast();
        }
        return decision;
    }

    /** The newest decisions first. */
    DecisionReport report(int limit) {
        return new DecisionReport(decisions.stream().limit(Math.max(0, limit)).toList());
    }

    /** The decision as {@code key=value} pairs in fixed order. */
    static String line(Decision decision) {
        String ids = decision.actions().stream()
                .map(action -> action.kind() + ":" + action.appTierId()
                        + (action.instanceId().isEmpty() ? "" : "/" + action.instanceId())
                        + (action.why().isEmpty() ? "" : "(" + action.why() + ")")
                        + (action.outcome().equals("ok") ? "" : "{" + action.outcome() + "}"))
                .collect(Collectors.joining(",", "[", "]"));
        return String.format(
                Locale.ROOT,
                "n=%d decision=%s reason=%s visible=%d inFlight=%d pending=%d running=%d draining=%d desired=%d actions=%s",
                decision.n(),
                decision.decision(),
                decision.reason(),
                decision.visible(),
                decision.inFlight(),
                decision.pending(),
                decision.running(),
                decision.draining(),
                decision.desired(),
                ids);
    }

    /** An action with its outcome. */
    static DecisionReport.Action action(ScalingAction action, String instanceId, String outcome) {
        String why = action instanceof ScalingAction.Terminate terminate
                ? terminate.why().name().toLowerCase(Locale.ROOT).replace('_', '-')
                : "";
        return new DecisionReport.Action(
                ScalingPlan.kind(action),
                action.appTierId().map(AppTierId::value).orElse(0),
                instanceId.isEmpty() ? instanceOf(action) : instanceId,
                why,
                outcome);
    }

    private static String instanceOf(ScalingAction action) {
        if (action instanceof ScalingAction.Drain drain) {
            return drain.instance().value();
        }
        if (action instanceof ScalingAction.CancelDrain cancel) {
            return cancel.instance().value();
        }
        if (action instanceof ScalingAction.Terminate terminate) {
            return terminate.instance().value();
        }
        return "";
    }
}
