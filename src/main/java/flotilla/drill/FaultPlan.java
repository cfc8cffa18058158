package flotilla.drill;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The faults of a drill one after the other, from its seed alone. Those that came later ({@link Fault#ADDED}) fall between the others,
 * which keep their order.
 */
final class FaultPlan {
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final long SHORTEST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 9_000;

    /** Any number will do; one and the same for ever. */
    private static final long ADDED_SEED = 0x466c6f74696c6c61L;

    /**
     * A fault.
     *
     * @param pause after the fault before it has begun
     * @param lasting of a fault that ends; how long a forced one waits for its moment
     * @param choice between 0 and 1, for whom it hits
     * @param early for a forced one: before the service has heard the call, and not after
     */
    record Step(Fault fault, Duration pause, Duration lasting, double choice, boolean early) {}

    /** Draws from some faults, each as often as its weight says. */
    private static final class Lots {
        private final SplittableRandom random;
        private final List<Fault> faults;
        private final int weights;

        private Lots(SplittableRandom random, List<Fault> faults) {
            this.random = random;
            this.faults = faults;
            this.weights = faults.stream().mapToInt(Fault::weight).sum();
        }

        private Step draw() {
            return new Step(
                    fault(),
                    Duration.ofMillis(random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS)),
                    Duration.ofMillis(random.nextLong(SHORTEST_MILLIS, LONGEST_MILLIS)),
                    random.nextDouble(),
                    random.nextBoolean());
        }

        private Fault fault() {
            int drawn = random.nextInt(weights);
            for (Fault fault : faults) {
                drawn -= fault.weight();
                if (drawn < 0) {
                    return fault;
                }
            }
            throw new IllegalStateException("the weights do not add up");
        }
    }

    private final Lots first;
    private final Lots added;
    private final SplittableRandom which;

    FaultPlan(long seed, int gateways) {
        List<Fault> possible = Fault.possible(gateways);
        SplittableRandom more = new SplittableRandom(seed ^ ADDED_SEED);
        this.first = new Lots(
                new SplittableRandom(seed),
                possible.stream().filter(fault -> !Fault.ADDED.contains(fault)).toList());
        this.added = new Lots(
                more.split(), possible.stream().filter(Fault.ADDED::contains).toList());
        this.which = more;
    }

    Step next() {
        return which.nextInt(first.weights + added.weights) < first.weights ? first.draw() : added.draw();
    }
}
