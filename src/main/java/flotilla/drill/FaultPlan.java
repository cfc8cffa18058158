package flotilla.drill;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** The faults of a drill one after the other, from its seed alone. */
final class FaultPlan {
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final long SHORTEST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 9_000;

    /**
     * A fault.
     *
     * @param pause after the fault before it has begun
     * @param lasting of a fault that ends; how long a forced one waits for its moment
     * @param choice between 0 and 1, for whom it hits
     * @param early for a forced one: before the service has heard the call, and not after
     */
    record Step(Fault fault, Duration pause, Duration lasting, double choice, boolean early) {}

    private final SplittableRandom random;
    private final List<Fault> possible;
    private final int weights;

    FaultPlan(long seed, int gateways) {
        this.random = new SplittableRandom(seed);
        this.possible = Fault.possible(gateways);
        this.weights = possible.stream().mapToInt(Fault::weight).sum();
    }

    Step next() {
        return new Step(
                fault(),
                Duration.ofMillis(random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS)),
                Duration.ofMillis(random.nextLong(SHORTEST_MILLIS, LONGEST_MILLIS)),
                random.nextDouble(),
                random.nextBoolean());
    }

    private Fault fault() {
        int drawn = random.nextInt(weights);
        for (Fault fault : possible) {
            drawn -= fault.weight();
            if (drawn < 0) {
                return fault;
            }
        }
        throw new IllegalStateException("the weights do not add up");
    }
}
