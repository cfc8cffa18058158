package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.AppTierId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private static final WorkloadModel MODEL = WorkloadModel.unlearned(
            new WorkloadModel.Assumed(Duration.ofMillis(500), LogNormal.ofMedianAndP90(60, 90)));

    private static ShownInstance instance(int id, String state, long secondsAgo) {
        return instance(id, state, secondsAgo, Optional.empty());
    }

    private static ShownInstance instance(int id, String state, long secondsAgo, Optional<CountedAs> countedAs) {
        return new ShownInstance(
                "i-" + id, Optional.of(new AppTierId(id)), state, 0, 0, NOW.minusSeconds(secondsAgo), countedAs);
    }

    /** An image takes two seconds; one instance boots for ten seconds more, another for thirty. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "0, 5, 20",
        "0, 10, 30",
        "0, 12, 32",
        "1, 0, 0",
        "1, 3, 6",
        "1, 5, 10",
        "1, 6, 11",
        "1, 25, 30",
        "1, 28, 32",
        "4, 20, 10",
        "4, 130, 50",
    })
    void images_shouldTakeUntilTheFleetHasAnsweredThem(int ready, double images, double seconds) {
        Pace pace = new Pace(100, 2, ready, List.of(30.0, 10.0));

        assertThat(pace.secondsFor(images)).isCloseTo(seconds, within(1e-9));
    }

    @Test
    void fleetOfNobody_shouldNeverAnswerAnything() {
        assertThat(new Pace(5, 1, 0, List.of()).secondsFor(1)).isInfinite();
        assertThat(new Pace(5, 1, 0, List.of()).secondsFor(0)).isZero();
    }

    @Test
    void moreInstances_shouldNeverTakeLonger() {
        for (int ready = 0; ready < 5; ready++) {
            for (double images = 0; images < 100; images += 0.5) {
                double few = new Pace(0, 0.7, ready, List.of(20.0)).secondsFor(images);
                assertThat(new Pace(0, 0.7, ready + 1, List.of(20.0)).secondsFor(images))
                        .isLessThanOrEqualTo(few);
                assertThat(new Pace(0, 0.7, ready, List.of(20.0, 25.0)).secondsFor(images))
                        .isLessThanOrEqualTo(few);
            }
        }
    }

    @Test
    void fleet_shouldBeItsWorkersThoseThatBootAndThoseThatAreWanted() {
        Pace pace = Pace.of(
                40,
                MODEL,
                List.of(
                        instance(1, "running", 600),
                        instance(2, "draining", 600),
                        instance(3, "pending", 0),
                        instance(4, "pending", 75),
                        instance(5, "terminated", 900)),
                Optional.of(4),
                NOW);

        assertThat(pace.ready()).isEqualTo(1);
        assertThat(pace.serviceSeconds()).isEqualTo(0.5);
        assertThat(pace.bootsIn())
                .hasSize(3)
                .first()
                .satisfies(rest -> assertThat(rest).isBetween(1.0, 30.0));
        assertThat(pace.bootsIn().subList(1, 3))
                .allSatisfy(boot -> assertThat(boot).isCloseTo(60, within(0.1)));
    }

    @Test
    void workersThatAreNotHeardOf_shouldAnswerNothing() {
        Pace pace = Pace.of(
                40,
                MODEL,
                List.of(
                        instance(1, "running", 600, Optional.of(CountedAs.RUNNING)),
                        instance(2, "running", 600, Optional.of(CountedAs.SILENT)),
                        instance(3, "running", 600, Optional.of(CountedAs.ENDING))),
                Optional.empty(),
                NOW);

        assertThat(pace.ready()).isEqualTo(1);
        assertThat(pace.bootsIn()).isEmpty();
    }

    @Test
    void stoppedInstanceThatWasToldToStart_shouldHaveItsWholeBootAhead() {
        Pace pace = Pace.of(
                1, MODEL, List.of(instance(1, "stopped", 86_400, Optional.of(CountedAs.PENDING))), Optional.of(1), NOW);

        assertThat(pace.bootsIn())
                .singleElement()
                .satisfies(boot -> assertThat(boot).isCloseTo(60, within(0.1)));
    }

    @Test
    void bootThatLastsTooLong_shouldStillEndSomeTime() {
        Pace pace = Pace.of(1, MODEL, List.of(instance(1, "pending", 86_400)), Optional.of(1), NOW);

        assertThat(pace.bootsIn()).containsExactly(0.0);
    }

    @Test
    void fleetThatNobodyEnlarges_shouldBeWhatItIs() {
        assertThat(Pace.of(9, MODEL, List.of(), Optional.empty(), NOW).bootsIn())
                .isEmpty();
    }
}
