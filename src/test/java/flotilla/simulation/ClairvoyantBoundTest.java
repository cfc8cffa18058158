package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.scaling.LogNormal;
import java.time.Duration;
import java.util.Random;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.ojalgo.optimisation.Optimisation;

class ClairvoyantBoundTest {
    /** Nobody may be late; an image takes half a second, a boot 40 s. */
    private static World world(int most) {
        return new World(
                Duration.ofSeconds(100),
                1 - 1e-12,
                most,
                new LogNormal(Math.log(40), 1e-9),
                new LogNormal(Math.log(0.5), 1e-9),
                Duration.ofSeconds(10),
                Duration.ZERO,
                0,
                0,
                0,
                1);
    }

    @Test
    void oneBurst_shouldBeWorkedOffOverItsWholeTime() {
        Trace burst = new Trace("burst", new double[400]);

        // 200 s of work over 100 s by 2 machines, which take 2 boots of 40 s.
        assertThat(ClairvoyantBound.find(burst, world(20), 10).orElseThrow() * 60)
                .isCloseTo(200 + 2 * 40, within(0.5));
    }

    @Test
    void twoBurstsCloseTogether_shouldShareTheirMachines() {
        double[] arrivals = DoubleStream.concat(
                        DoubleStream.generate(() -> 0).limit(400),
                        DoubleStream.generate(() -> 110).limit(400))
                .toArray();

        // Two machines through both, idle for the 10 s between, are cheaper than two boots.
        assertThat(ClairvoyantBound.find(new Trace("two", arrivals), world(20), 10)
                                .orElseThrow()
                        * 60)
                .isLessThanOrEqualTo(400 + 2 * 40 + 2 * 10 + 0.5)
                .isGreaterThan(400 + 60);
    }

    @Test
    void twoBurstsFarApart_shouldBootTwice() {
        double[] arrivals = DoubleStream.concat(
                        DoubleStream.generate(() -> 0).limit(400),
                        DoubleStream.generate(() -> 1000).limit(400))
                .toArray();

        assertThat(ClairvoyantBound.find(new Trace("two", arrivals), world(20), 10)
                                .orElseThrow()
                        * 60)
                .isBetween(2 * 200 + 3.6 * 40, 2 * (200 + 2 * 40) + 0.5);
    }

    @Test
    void evenArrivals_shouldCostTheirWorkAndOneBoot() {
        Trace even = new Trace(
                "even", DoubleStream.iterate(0, t -> t + 1).limit(3600).toArray());

        assertThat(ClairvoyantBound.find(even, world(20), 20).orElseThrow() * 60)
                .isBetween(1800.0, 1800 + 0.52 * 40);
    }

    @Test
    void coarserGrid_shouldNeverBeAbove() {
        Trace trace = TraceGenerator.of("bursts:hours=1,seed=9").orElseThrow().generate();

        double fine = ClairvoyantBound.find(trace, World.league(), 20).orElseThrow();
        double coarse = ClairvoyantBound.find(trace, World.league(), 60).orElseThrow();

        assertThat(coarse).isLessThanOrEqualTo(fine + 1e-6);
        assertThat(coarse).isGreaterThanOrEqualTo(ClairvoyantBound.workMinutes(trace, World.league()));
    }

    @Test
    void tooFewMachines_shouldHaveNoBound() {
        assertThat(ClairvoyantBound.find(new Trace("burst", new double[400]), world(1), 10))
                .isEmpty();
    }

    @Test
    void solverThatFails_shouldProveNothing() {
        for (Optimisation.State state : Optimisation.State.values()) {
            Bound bound = ClairvoyantBound.verdict(state, 600, 5);

            assertThat(bound)
                    .as(state.toString())
                    .isEqualTo(
                            state.isOptimal()
                                    ? new Bound.Minutes(10)
                                    : new Bound.Unknown("the solver ended in state " + state));
        }
    }

    @Property(tries = 30)
    void whetherThereIsABound_shouldBeAsTheSolverSays(
            @ForAll @IntRange(min = 1, max = 20) int most, @ForAll @IntRange(min = 1, max = 1000) int seed) {
        double[] arrivals = new Random(seed).doubles(900).map(t -> t * 240).toArray();

        // An unknown bound would throw: then one says that there is a solution, and the other that there is none.
        assertThat(ClairvoyantBound.find(new Trace("random", arrivals), world(most), 20)
                        .isPresent())
                .isEqualTo(most > 1);
    }
}
