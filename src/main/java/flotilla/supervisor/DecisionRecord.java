package flotilla.supervisor;

import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import flotilla.scaling.FleetController;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** From a plan and what became of its actions to the record that is shown. Pure. */
final class DecisionRecord {
    private static final int UNKNOWN = -1;

    private DecisionRecord() {}

    /**
     * The record of a decision.
     *
     * @param actions what became of each of the plan's actions, in its order
     * @param interval until the moment that the forecast is for
     */
    static Decision of(
            long n,
            String policy,
            Duration interval,
            FleetController.Decided decided,
            List<DecisionReport.Action> actions) {
        ScalingPlan plan = decided.plan();
        boolean fleetKnown = plan.instancesKnown();
        Traffic traffic = plan.next().model().lastTraffic();
        boolean counted = traffic.isKnown() && plan.mayAct();
        return new Decision(
                n,
                plan.at(),
                policy,
                plan.decision(),
                plan.reason(),
                plan.depth().map(depth -> depth.visible()).orElse(UNKNOWN),
                plan.depth().map(depth -> depth.inFlight()).orElse(UNKNOWN),
                fleetKnown ? plan.census().pending() : UNKNOWN,
                fleetKnown ? plan.census().running() : UNKNOWN,
                fleetKnown ? plan.census().draining() : UNKNOWN,
                plan.desired().orElse(UNKNOWN),
                counted ? traffic.accepted() + traffic.inherited() : UNKNOWN,
                counted ? traffic.answered() : UNKNOWN,
                counted ? traffic.unanswered() + traffic.overdue() : UNKNOWN,
                actions,
                vote(plan),
                plan.clamps(),
                plan.findings(),
                decided.shadows().stream().map(DecisionRecord::shadow).toList(),
                decided.forecast()
                        .map(backlog -> new Forecast(plan.at().plus(interval), backlog, expectedActive(plan, actions))),
                Optional.empty());
    }

    private static Vote vote(ScalingPlan plan) {
        return plan.vote()
                .map(desire -> new Vote(desire.instances(), desire.figures()))
                .orElse(Vote.NOT_ASKED);
    }

    private static Shadow shadow(FleetController.Shadow shadow) {
        ScalingPlan plan = shadow.plan();
        int launches = 0;
        int drains = 0;
        for (ScalingAction action : plan.actions()) {
            if (action instanceof ScalingAction.Drain || action instanceof ScalingAction.RequestDrains) {
                drains -= change(action);
            } else {
                launches += started(action);
            }
        }
        return new Shadow(
                shadow.policy(),
                plan.decision(),
                plan.reason(),
                plan.desired().orElse(UNKNOWN),
                launches,
                drains,
                vote(plan));
    }

    /** Booting and working instances after the actions that succeeded. */
    private static int expectedActive(ScalingPlan plan, List<DecisionReport.Action> actions) {
        int active = plan.census().active();
        for (int i = 0; i < Math.min(plan.actions().size(), actions.size()); i++) {
            if (actions.get(i).succeeded()) {
                active += change(plan.actions().get(i));
            }
        }
        return Math.max(0, active);
    }

    /** By how much an action changes the number of booting and working instances. */
    private static int change(ScalingAction action) {
        if (action instanceof ScalingAction.CancelDrain) {
            return 1;
        }
        if (action instanceof ScalingAction.Drain) {
            return -1;
        }
        if (action instanceof ScalingAction.RequestDrains requests) {
            return -requests.tokens().size();
        }
        if (action instanceof ScalingAction.CancelRequests cancel) {
            return cancel.count() == ScalingAction.CancelRequests.ALL ? 0 : cancel.count();
        }
        return started(action);
    }

    /** Instances that boot because of an action: by a call of ours, or because the Auto Scaling group launches them. */
    private static int started(ScalingAction action) {
        if (action instanceof ScalingAction.Launch || action instanceof ScalingAction.Start) {
            return 1;
        }
        if (action instanceof ScalingAction.SetGroupCapacity set) {
            return set.added();
        }
        return action instanceof ScalingAction.Terminate end && end.replaced() ? 1 : 0;
    }
}
