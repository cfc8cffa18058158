package flotilla.simulation;

import java.util.Optional;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/**
 * The least instance time that could have met the objective, had the future been known: of the <b>fluid relaxation</b>, in
 * which instances and images may be divided at will. No policy can need less; and no policy can need as little, because
 * instances are whole and the future is not known.
 *
 * <p>Time is cut into cells of δ seconds. With A(t) the images that have arrived by t, s the mean service time, b the mean
 * boot time, T the objective, ε the share of N images that may be late, and for each cell k the mean capacity c<sub>k</sub>,
 * the capacity u<sub>k</sub> started, the images S<sub>k</sub> answered by its end and those z<sub>k</sub> whose deadline was
 * missed by then:
 *
 * <pre>
 * minimise  Σ δ·c<sub>k</sub> + b·u<sub>k</sub>
 * subject to  S<sub>k</sub> − S<sub>k−1</sub> ≤ (δ/s)·c<sub>k</sub>      work needs capacity
 *             u<sub>k</sub> ≥ c<sub>k</sub> − c<sub>k−1</sub>            more capacity must be started
 *             S<sub>k</sub> ≤ A(kδ)                     nothing is answered before it has come
 *             S<sub>k</sub> + z<sub>k</sub> ≥ A(kδ − T)            nothing is late, but for
 *             z<sub>k</sub> ≤ εN                        so many
 *             S, z never fall; S ends at N; 0 ≤ c<sub>k</sub> ≤ most
 * </pre>
 *
 * <p>Why this is a lower bound for every policy of the simulation, in the mean over the machines' chance: take any run and
 * let c<sub>k</sub> be the mean number of its working instances over cell k, S<sub>k</sub> and z<sub>k</sub> its counts at
 * the cell's end. All constraints hold (an instance answers one image in s on average; taking means over cells never makes
 * the sum of rises larger, and each rise of one was a launch that paid for a boot of b on average), and what the run paid is
 * at least the sum that is minimised. Constraints are asked for at cell ends only, which can only lower the minimum: so the
 * bound holds for every δ, and a smaller δ makes it tighter.
 *
 * <p>Whether there is any solution needs no solver: the fleet that is at its maximum in all cells has answered at least as
 * much as any other at each of their ends.
 */
public final class ClairvoyantBound {
    /** Cells of a trace: more make the bound tighter and the programme slower. */
    private static final int MOST_CELLS = 480;

    private static final double SHORTEST_CELL = 20;
    /** Images; far more than sums of doubles are off by. */
    private static final double ROUNDING = 1e-6;

    private ClairvoyantBound() {}

    /**
     * The bound in instance-minutes; empty when not even a fleet that knows the future could keep the promise.
     *
     * @throws IllegalStateException when the solver found no answer
     */
    public static Optional<Double> find(Trace trace, World world) {
        return known(judge(trace, world));
    }

    /** The bound, with the reason when there is none. */
    public static Bound judge(Trace trace, World world) {
        double span = trace.end() + world.sloSeconds();
        return judge(trace, world, Math.max(SHORTEST_CELL, span / MOST_CELLS));
    }

    /** The bound without boots and deadlines: every image takes its service time of one instance. */
    static double workMinutes(Trace trace, World world) {
        return trace.size() * world.service().mean() / 60;
    }

    /**
     * The bound on a grid.
     *
     * @param cell δ in seconds
     */
    static Optional<Double> find(Trace trace, World world, double cell) {
        return known(judge(trace, world, cell));
    }

    private static Optional<Double> known(Bound bound) {
        if (bound instanceof Bound.Unknown unknown) {
            throw new IllegalStateException("the clairvoyant bound is not known: " + unknown.reason());
        }
        return bound.minutes();
    }

    private static Bound judge(Trace trace, World world, double cell) {
        if (!isWithinReach(trace, world, cell)) {
            return new Bound.OutOfReach();
        }
        Optimisation.Result result = solve(trace, world, cell);
        return verdict(result.getState(), result.getValue(), workMinutes(trace, world));
    }

    /** Reads a solver's end; any that is not optimal proves nothing. */
    static Bound verdict(Optimisation.State state, double instanceSeconds, double workMinutes) {
        return state.isOptimal()
                ? new Bound.Minutes(Math.max(workMinutes, instanceSeconds / 60))
                : new Bound.Unknown("the solver ended in state " + state);
    }

    /** Whether the greatest fleet, working all the time, is late too seldom to break the promise. */
    private static boolean isWithinReach(Trace trace, World world, double cell) {
        double late = (1 - world.attainment()) * trace.size();
        int cells = cells(trace, world, cell);
        double most = world.maxInstances() * cell / world.service().mean();
        double answered = 0;
        for (int k = 1; k <= cells; k++) {
            answered = Math.min(trace.by(k * cell), answered + most);
            int needed = k == cells ? trace.size() : leastAnswered(trace.by(k * cell - world.sloSeconds()), late);
            if (answered < needed - ROUNDING) {
                return false;
            }
        }
        return true;
    }

    private static int cells(Trace trace, World world, double cell) {
        return (int) Math.ceil((trace.end() + world.sloSeconds()) / cell) + 1;
    }

    private static int leastAnswered(int due, double late) {
        return (int) Math.max(0, Math.ceil(due - late));
    }

    private static Optimisation.Result solve(Trace trace, World world, double cell) {
        int cells = cells(trace, world, cell);
        double slo = world.sloSeconds();
        double service = world.service().mean();
        int all = trace.size();
        double late = (1 - world.attainment()) * all;
        ExpressionsBasedModel model = new ExpressionsBasedModel();
        Variable capacityBefore = null;
        Variable answeredBefore = null;
        Variable lateBefore = null;
        for (int k = 1; k <= cells; k++) {
            double end = k * cell;
            int come = trace.by(end);
            int due = trace.by(end - slo);
            Variable capacity = model.newVariable("c" + k)
                    .lower(0)
                    .upper(world.maxInstances())
                    .weight(cell);
            Variable started =
                    model.newVariable("u" + k).lower(0).weight(world.boot().mean());
            Variable answered = model.newVariable("S" + k)
                    .lower(k == cells ? all : leastAnswered(due, late))
                    .upper(come);
            Expression work = model.newExpression("work" + k).lower(0);
            work.set(capacity, cell / service).set(answered, -1);
            Expression rise = model.newExpression("rise" + k).lower(0);
            rise.set(started, 1).set(capacity, -1);
            Variable missed = model.newVariable("z" + k).lower(0).upper(late);
            if (due > 0) {
                model.newExpression("due" + k).lower(due).set(answered, 1).set(missed, 1);
            }
            if (k > 1) {
                work.set(answeredBefore, 1);
                rise.set(capacityBefore, 1);
                model.newExpression("on" + k).lower(0).set(answered, 1).set(answeredBefore, -1);
                model.newExpression("more" + k).lower(0).set(missed, 1).set(lateBefore, -1);
            }
            capacityBefore = capacity;
            answeredBefore = answered;
            lateBefore = missed;
        }
        return model.minimise();
    }
}
