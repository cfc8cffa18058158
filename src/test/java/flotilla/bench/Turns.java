package flotilla.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Something and its bound, measured in turns: bound, system, bound, system, … bound. A turn is one measurement of the system
 * between two of the bound. Where these two differ much, the machine became faster or slower meanwhile, and the turn says
 * little: then more turns are taken, and those with the steadiest bound count. What the system itself gave has no say in that.
 *
 * @param <B> what a measurement of the bound gives
 * @param <S> what one of the system gives
 * @param counted the turns that count, in their order
 * @param taken how many there were
 */
record Turns<B, S>(List<Turn<B, S>> counted, int taken, ToDoubleFunction<B> bound) {
    /** The larger bound of a steady turn ÷ the smaller. */
    private static final double STEADY = 1.1;
    /** At most so many turns for each that counts. */
    static final int MOST = 2;

    /** A measurement. */
    interface Measurement<T> {
        T take() throws Exception;
    }

    /** One measurement of the system between two of its bound. */
    record Turn<B, S>(B before, S system, B after) {}

    Turns {
        counted = List.copyOf(counted);
    }

    /**
     * Takes turns until so many were steady as the plan wants runs, or twice as many were taken; with {@code --quick} no more than
     * those.
     *
     * @param bound the number by which measurements of the bound are compared
     * @param text what is said of each turn
     */
    static <B, S> Turns<B, S> take(
            Lab lab, Measurement<B> bounds, ToDoubleFunction<B> bound, Measurement<S> systems, Text<B, S> text)
            throws Exception {
        return take(lab, MOST * lab.runs(), bounds, bound, systems, text);
    }

    /**
     * The same with a limit of its own, for turns that take long.
     *
     * @param limit the most turns, but never fewer than the plan wants runs
     */
    static <B, S> Turns<B, S> take(
            Lab lab,
            int limit,
            Measurement<B> bounds,
            ToDoubleFunction<B> bound,
            Measurement<S> systems,
            Text<B, S> text)
            throws Exception {
        int most = lab.quick() ? lab.runs() : Math.max(lab.runs(), limit);
        List<Turn<B, S>> all = new ArrayList<>();
        IntSupplier steady = () ->
                (int) all.stream().filter(turn -> drift(turn, bound) <= STEADY).count();
        B before = bounds.take();
        while (all.size() < most && steady.getAsInt() < lab.runs()) {
            S system = systems.take();
            B after = bounds.take();
            Turn<B, S> turn = new Turn<>(before, system, after);
            all.add(turn);
            lab.say("turn " + all.size() + ": " + text.of(turn)
                    + (drift(turn, bound) <= STEADY ? "" : "; the bound moved meanwhile"));
            before = after;
        }
        return new Turns<>(steadiest(all, lab.runs(), bound), all.size(), bound);
    }

    /** What is said of a turn. */
    interface Text<B, S> {
        String of(Turn<B, S> turn);
    }

    static <B, S> List<Turn<B, S>> steadiest(List<Turn<B, S>> all, int number, ToDoubleFunction<B> bound) {
        List<Turn<B, S>> best = all.stream()
                .sorted(Comparator.comparingDouble(turn -> drift(turn, bound)))
                .limit(number)
                .toList();
        return all.stream().filter(best::contains).toList();
    }

    private static <B, S> double drift(Turn<B, S> turn, ToDoubleFunction<B> bound) {
        double before = bound.applyAsDouble(turn.before());
        double after = bound.applyAsDouble(turn.after());
        return Math.max(before, after) / Math.min(before, after);
    }

    /** A number of the bound, turn by turn: the mean of its two measurements. */
    Samples bounds(ToDoubleFunction<B> number) {
        return new Samples(counted.stream()
                .map(turn -> (number.applyAsDouble(turn.before()) + number.applyAsDouble(turn.after())) / 2)
                .toList());
    }

    /** A number of the system, turn by turn. */
    Samples systems(ToDoubleFunction<S> number) {
        return new Samples(counted.stream()
                .map(turn -> number.applyAsDouble(turn.system()))
                .toList());
    }

    /** How many turns were taken, and how far the bound moved within those that count. */
    String steadiness() {
        double most =
                counted.stream().mapToDouble(turn -> drift(turn, bound)).max().orElseThrow();
        return counted.size() + " of " + taken + " turns, bound within " + Math.round(100 * (most - 1)) + " %";
    }
}
