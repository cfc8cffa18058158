package flotilla.scaling.chaos;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** All chance of a world, drawn from its seed; when it is calm nothing goes wrong any more. */
final class Chance {
    private final SplittableRandom random;
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private boolean calm;

    Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    void calmDown() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    /** From 0 to below {@code bound}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    /** Something that happens once in so many times, trouble or not. */
    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** Something out of order, not wrong, that happens once in so many times, and never when it is calm. */
    boolean trouble(int times) {
        return !calm && random.nextInt(times) == 0;
    }

    /** A fault that happens once in so many times, and never when it is calm. */
    boolean trouble(int times, Fault fault) {
        boolean happens = trouble(times);
        if (happens) {
            happened(fault);
        }
        return happens;
    }

    void happened(Fault fault) {
        faults.merge(fault, 1, Integer::sum);
    }

    /** How often what went wrong so far. */
    Map<Fault, Integer> faults() {
        return faults;
    }
}
