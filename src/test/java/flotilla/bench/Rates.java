package flotilla.bench;

import java.util.Optional;

/** Images per second of something and of its bound, in {@link Turns}. */
record Rates(Turns<Double, Double> turns) {
    static Rates take(Lab lab, Turns.Measurement<Double> bound, Turns.Measurement<Double> system) throws Exception {
        return new Rates(Turns.take(lab, bound, rate -> rate, system, Rates::text));
    }

    private static String text(Turns.Turn<Double, Double> turn) {
        return "bound " + Samples.shown(turn.before()) + " and " + Samples.shown(turn.after()) + ", measured "
                + Samples.shown(turn.system()) + " images/s";
    }

    Samples bound() {
        return turns.bounds(rate -> rate);
    }

    Samples system() {
        return turns.systems(rate -> rate);
    }

    Figure ratio(String name, Optional<Target> target) {
        return Figure.of(name, "", system().over(bound())).against(target).with(turns.steadiness());
    }
}
