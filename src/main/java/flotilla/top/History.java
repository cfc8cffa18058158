package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/** How a figure went in the last ten minutes, in equal parts of that time. */
final class History {
    static final Duration SPAN = Duration.ofMinutes(10);

    /** A figure holds until the next decision, but no longer than this. */
    private static final Duration HOLDS = Figures.STALE;

    private History() {}

    /**
     * The largest value in each part, oldest part first; of a part in which nothing was decided the value before. Empty where it
     * was unknown.
     *
     * @param decisions oldest first
     * @param end of the time that is shown
     * @param figure of a decision; below 0 when it was unknown
     */
    static List<OptionalInt> of(List<Decision> decisions, Instant end, int parts, ToIntFunction<Decision> figure) {
        List<OptionalInt> values = new ArrayList<>();
        int next = 0;
        Decision before = null;
        for (int part = 1; part <= parts; part++) {
            Instant until = end.minus(SPAN.multipliedBy(parts - part).dividedBy(parts));
            Instant from = end.minus(SPAN.multipliedBy(parts - part + 1).dividedBy(parts));
            OptionalInt value = holds(before, from) ? known(figure.applyAsInt(before)) : OptionalInt.empty();
            while (next < decisions.size() && !decisions.get(next).at().isAfter(until)) {
                before = decisions.get(next++);
                if (before.at().isAfter(from)) {
                    value = larger(value, known(figure.applyAsInt(before)));
                }
            }
            values.add(value);
        }
        return values;
    }

    private static boolean holds(Decision decision, Instant at) {
        return decision != null && !decision.at().isBefore(at.minus(HOLDS));
    }

    private static OptionalInt known(int value) {
        return value < 0 ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static OptionalInt larger(OptionalInt one, OptionalInt other) {
        return one.isEmpty() || other.isPresent() && other.getAsInt() > one.getAsInt() ? other : one;
    }
}
