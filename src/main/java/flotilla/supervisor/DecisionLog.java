package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import flotilla.scaling.FleetController;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The last decisions, each as one line of the log and as one record. Confined to the supervisor's actor. */
final class DecisionLog {
    private final int capacity;
    private final String policy;
    private final Duration interval;
    private final Deque<Decision> decisions = new ArrayDeque<>();
    private long count;

    DecisionLog(int capacity, String policy, Duration interval) {
        this.capacity = capacity;
        this.policy = policy;
        this.interval = interval;
    }

    /** Remembers a plan and what became of its actions, and tells earlier decisions how it went on. */
    Decision add(FleetController.Decided decided, List<DecisionReport.Action> actions) {
        ScalingPlan plan = decided.plan();
        lookBack(plan);
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
                actions,
                vote(plan),
                plan.clamps(),
                plan.findings(),
                decided.shadows().stream().map(DecisionLog::shadow).toList(),
                decided.forecast()
                        .map(backlog -> new Forecast(plan.at().plus(interval), backlog, expectedActive(plan))),
                Optional.empty());
        decisions.addFirst(decision);
        while (decisions.size() > capacity) {
            decisions.removeLast();
        }
        return decision;
    }

    /** Gives the decisions whose forecast was for now, or before, what really was. */
    private void lookBack(ScalingPlan now) {
        if (now.depth().isEmpty() || now.desired().isEmpty()) {
            return;
        }
        Forecast found = new Forecast(
                now.at(), now.depth().get().messages(), now.census().active());
        List<Decision> all = new ArrayList<>(decisions);
        for (int i = 0; i < all.size() && all.get(i).hindsight().isEmpty(); i++) {
            Decision one = all.get(i);
            boolean due = one.forecast()
                    .filter(forecast -> !forecast.at().isAfter(now.at().plus(interval.dividedBy(10))))
                    .isPresent();
            if (due) {
                all.set(i, with(one, found));
            }
        }
        decisions.clear();
        decisions.addAll(all);
    }

    private static int expectedActive(ScalingPlan plan) {
        int change = 0;
        for (ScalingAction action : plan.actions()) {
            if (action instanceof ScalingAction.Launch
                    || action instanceof ScalingAction.Start
                    || action instanceof ScalingAction.CancelDrain) {
                change++;
            } else if (action instanceof ScalingAction.Drain) {
                change--;
            } else if (action instanceof ScalingAction.RequestDrains requests) {
                change -= requests.tokens().size();
            } else if (action instanceof ScalingAction.SetGroupCapacity
                    || action instanceof ScalingAction.CancelRequests) {
                return plan.desired().orElse(plan.census().active());
            }
        }
        return Math.max(0, plan.census().active() + change);
    }

    private static Decision with(Decision one, Forecast hindsight) {
        return new Decision(
                one.n(),
                one.at(),
                one.policy(),
                one.decision(),
                one.reason(),
                one.visible(),
                one.inFlight(),
                one.pending(),
                one.running(),
                one.draining(),
                one.desired(),
                one.actions(),
                one.vote(),
                one.clamps(),
                one.findings(),
                one.shadows(),
                one.forecast(),
                Optional.of(hindsight));
    }

    private static Vote vote(ScalingPlan plan) {
        return plan.vote()
                .map(desire -> new Vote(desire.instances(), desire.figures()))
                .orElseGet(() -> new Vote(-1, Map.of()));
    }

    private static Shadow shadow(FleetController.Shadow shadow) {
        ScalingPlan plan = shadow.plan();
        return new Shadow(
                shadow.policy(),
                plan.decision(),
                plan.reason(),
                plan.desired().orElse(-1),
                count(plan, ScalingAction.Launch.class) + count(plan, ScalingAction.Start.class),
                count(plan, ScalingAction.Drain.class),
                vote(plan));
    }

    private static int count(ScalingPlan plan, Class<? extends ScalingAction> kind) {
        return (int) plan.actions().stream().filter(kind::isInstance).count();
    }

    /** The newest decisions first. */
    DecisionReport report(int limit) {
        return new DecisionReport(decisions.stream().limit(Math.max(0, limit)).toList());
    }

    /** One decision, or none. */
    DecisionReport report(long n) {
        return new DecisionReport(
                decisions.stream().filter(decision -> decision.n() == n).toList());
    }

    /** The decision as {@code key=value} pairs in fixed order. */
    static String line(Decision decision) {
        String ids = decision.actions().stream().map(DecisionLog::text).collect(Collectors.joining(",", "[", "]"));
        StringBuilder line = new StringBuilder(String.format(
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
                ids));
        if (!decision.clamps().isEmpty()) {
            line.append(" clamps=").append(decision.clamps());
        }
        if (!decision.findings().isEmpty()) {
            line.append(" findings=").append(decision.findings());
        }
        if (!decision.shadows().isEmpty()) {
            line.append(" shadows=")
                    .append(decision.shadows().stream()
                            .map(shadow -> shadow.policy() + ":" + shadow.desired())
                            .collect(Collectors.joining(",", "[", "]")));
        }
        return line.toString();
    }

    private static String text(DecisionReport.Action action) {
        return action.kind()
                + (action.appTierId() > 0 || !action.instanceId().isEmpty() ? ":" + action.appTierId() : "")
                + (action.instanceId().isEmpty() ? "" : "/" + action.instanceId())
                + (action.why().isEmpty() ? "" : "(" + action.why() + ")")
                + (action.outcome().equals("ok") ? "" : "{" + action.outcome() + "}");
    }

    /** An action with its outcome. */
    static DecisionReport.Action action(ScalingAction action, String instanceId, String outcome) {
        return new DecisionReport.Action(
                action.kind(),
                action.appTierId().map(AppTierId::value).orElse(0),
                instanceId.isEmpty() ? action.instance().map(InstanceId::value).orElse("") : instanceId,
                action.why(),
                outcome);
    }
}
