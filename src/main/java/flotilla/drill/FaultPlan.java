package flotilla.drill;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * The faults of a drill one after the other, from its seed alone. They are dealt like cards: in a deck each fault is as often as its
 * weight says, and a new one is shuffled when it is used up; so none is left out for long.
 */
final class FaultPlan {
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final long SHORTEST_MILLIS = 1_000;
    private static final long SHORT_MILLIS = 9_000;
    /** Longer than it takes until a gateway is dropped from the cluster, at 25 s until another supervisor acts. */
    private static final long LONG_MILLIS = 15_000;
    /** Longer than it takes until a worker that is not heard is taken for dead. */
    private static final long LONGEST_STANDSTILL_MILLIS = 50_000;

    private static final long LONGEST_OUTAGE_MILLIS = 60_000;
    /** One in so many is long. */
    private static final int LONG_STANDSTILLS = 5;

    private static final int LONG_OUTAGES = 12;

    /**
     * A fault.
     *
     * @param pause after the fault before it has begun
     * @param lasting of a fault that ends; zero of a kill
     * @param choice between 0 and 1, for whom it hits
     * @param early for a forced one: before the service has heard the call, and not after
     */
    record Step(Fault fault, Duration pause, Duration lasting, double choice, boolean early) {}

    private final Random random;
    private final List<Fault> possible;
    private final Deque<Fault> deck = new ArrayDeque<>();

    FaultPlan(long seed, int gateways) {
        this.random = new Random(seed);
        this.possible = Fault.possible(gateways);
    }

    Step next() {
        if (deck.isEmpty()) {
            deck.addAll(shuffled());
        }
        Fault fault = deck.remove();
        return new Step(
                fault,
                between(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS),
                lasting(fault.kind()),
                random.nextDouble(),
                random.nextBoolean());
    }

    private List<Fault> shuffled() {
        List<Fault> cards = new ArrayList<>();
        possible.forEach(fault -> cards.addAll(Collections.nCopies(fault.weight(), fault)));
        Collections.shuffle(cards, random);
        return cards;
    }

    private Duration lasting(Fault.Kind kind) {
        return switch (kind) {
            case KILL, FORCED -> Duration.ZERO;
            case STANDSTILL -> lasting(LONG_STANDSTILLS, LONGEST_STANDSTILL_MILLIS);
            case OUTAGE -> lasting(LONG_OUTAGES, LONGEST_OUTAGE_MILLIS);
        };
    }

    private Duration lasting(int longOnes, long longest) {
        return random.nextInt(longOnes) == 0 ? between(LONG_MILLIS, longest) : between(SHORTEST_MILLIS, SHORT_MILLIS);
    }

    private Duration between(long shortest, long longest) {
        return Duration.ofMillis(random.nextLong(shortest, longest));
    }
}
