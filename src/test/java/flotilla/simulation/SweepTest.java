package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.scaling.MessageCountPolicy;
import flotilla.simulation.Contender.Knob;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

/** A knob is tried at its values, and then between them where it pays. */
class SweepTest {
    private static final Trace TRACE =
            TraceGenerator.of("constant:rate=4,hours=1,seed=3").orElseThrow().generate();
    private static final World WORLD = World.league();

    private static Contender messages(Set<Integer> tried, int finest, Integer... values) {
        return new Contender("messages", List.of(Knob.of(finest, values)), at -> at[0] + " an instance", at -> {
            tried.add(at[0]);
            return new MessageCountPolicy(at[0]);
        });
    }

    @Test
    void searchBetweenTheValues_shouldFindNothingDearerThanTheValuesThemselves() {
        Set<Integer> coarse = new ConcurrentSkipListSet<>();
        Set<Integer> fine = new ConcurrentSkipListSet<>();

        Sweep.Best atValues = Sweep.best(messages(coarse, 0, 40, 120, 235), TRACE, WORLD);
        Sweep.Best between = Sweep.best(messages(fine, 5, 40, 120, 235), TRACE, WORLD);

        assertThat(coarse).containsExactly(40, 120, 235);
        assertThat(fine).contains(40, 120, 235).hasSizeGreaterThan(5);
        assertThat(atValues.kept()).isTrue();
        assertThat(between.kept()).isTrue();
        assertThat(between.score().instanceMinutes())
                .isLessThanOrEqualTo(atValues.score().instanceMinutes());
    }

    @Test
    void promiseThatNoSettingKeeps_shouldGiveTheOneThatCameClosest() {
        Sweep.Best best = Sweep.best(messages(new ConcurrentSkipListSet<>(), 0, 2000, 5000), TRACE, WORLD);

        assertThat(best.kept()).isFalse();
        assertThat(best.setting()).isEqualTo("2000 an instance");
    }
}
