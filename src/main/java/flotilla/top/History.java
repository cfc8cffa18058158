package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/** How a figure went in the last ten minutes, in equal parts of that time. */
final class History {
    static final Duration SPAN = Duration.ofMinutes(10);

    private static final Duration HOLDS_AT_LEAST = Duration.ofSeconds(60);

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
        Duration holds = holds(decisions);
        List<OptionalInt> values = new ArrayList<>();
        int next = 0;
        Decision before = null;
        for (int part = 1; part <= parts; part++) {
            Instant until = end.minus(SPAN.multipliedBy(parts - part).dividedBy(parts));
            Instant from = end.minus(SPAN.multipliedBy(parts - part + 1).dividedBy(parts));
            boolean still = before != null && !before.at().plus(holds).isBefore(from);
            OptionalInt value = still ? known(figure.applyAsInt(before)) : OptionalInt.empty();
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

    /** How long a decision's figures stand for what is: a minute, or twice the usual time between two decisions. */
    static Duration holds(List<Decision> decisions) {
        List<Duration> between = new ArrayList<>();
        for (int i = 1; i < decisions.size(); i++) {
            between.add(
                    Duration.between(decisions.get(i - 1).at(), decisions.get(i).at()));
        }
        Collections.sort(between);
        Duration usual = between.isEmpty() ? Duration.ZERO : between.get(between.size() / 2);
        Duration twice = usual.multipliedBy(2);
        return twice.compareTo(HOLDS_AT_LEAST) > 0 ? twice : HOLDS_AT_LEAST;
    }

    private static OptionalInt known(int value) {
        return value < 0 ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static OptionalInt larger(OptionalInt one, OptionalInt other) {
        return one.isEmpty() || other.isPresent() && other.getAsInt() > one.getAsInt() ? other : one;
    }
}
