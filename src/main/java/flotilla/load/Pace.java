package flotilla.load;

import java.util.PrimitiveIterator;
import java.util.Random;

/**
 * When requests are due in an open loop: a rate that waits for no answer.
 *
 * @param perSecond mean rate, above 0
 * @param arrivals how they are spread
 * @param seed of the chance in {@code POISSON}
 */
public record Pace(double perSecond, Arrivals arrivals, long seed) {
    private static final double NANOS = 1e9;

    /** How requests are spread over time. */
    public enum Arrivals {
        /** Independent of each other, as those of many users are: exponential gaps. */
        POISSON,
        /** One each time that 1 / rate is over, the first at once. */
        EVEN
    }

    public Pace {
        if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
            throw new IllegalArgumentException("a rate is above 0: " + perSecond);
        }
    }

    /** The due times in nanoseconds since the start, ascending, without an end. */
    PrimitiveIterator.OfLong times() {
        return arrivals == Arrivals.EVEN ? new Even() : new Poisson(new Random(seed));
    }

    private abstract static class Endless implements PrimitiveIterator.OfLong {
        @Override
        public boolean hasNext() {
            return true;
        }
    }

    private final class Even extends Endless {
        private long number;

        @Override
        public long nextLong() {
            return Math.round(number++ / perSecond * NANOS);
        }
    }

    private final class Poisson extends Endless {
        private final Random random;
        private double seconds;

        private Poisson(Random random) {
            this.random = random;
        }

        @Override
        public long nextLong() {
            seconds -= Math.log(1 - random.nextDouble()) / perSecond;
            return Math.round(seconds * NANOS);
        }
    }
}
