package flotilla.supervisor;

import flotilla.cost.Spent;
import flotilla.protocol.DecisionReport;
import flotilla.scaling.ScalingPlan;
import java.util.List;

/** Who counts what the supervisor sees and does. Called by its actor: it must neither block nor fail. */
public interface SupervisorMeters {
    /** Counts nothing. */
    SupervisorMeters NONE = new SupervisorMeters() {
        @Override
        public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {}

        @Override
        public void ended() {}
    };

    /** Both are told everything, one after the other. */
    static SupervisorMeters both(SupervisorMeters one, SupervisorMeters other) {
        return new SupervisorMeters() {
            @Override
            public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {
                one.decided(plan, actions);
                other.decided(plan, actions);
            }

            @Override
            public void spent(Spent more) {
                one.spent(more);
                other.spent(more);
            }

            @Override
            public void ended() {
                one.ended();
                other.ended();
            }
        };
    }

    /** A decision was made, and this became of it. */
    void decided(ScalingPlan plan, List<DecisionReport.Action> actions);

    /** The fleet has used more since this was called last. Who counts something else lets it pass. */
    default void spent(Spent more) {}

    /** There is no supervisor on this node any more: what was known is not known now. */
    void ended();
}
