package flotilla.scaling.chaos;

import flotilla.testing.Seeds;
import org.junit.jupiter.api.Test;

/**
 * Thousands of worlds in which everything goes wrong, each from its seed. {@code -Dflotilla.seeds=N} runs so many, {@code
 * -Dflotilla.seed=S} one alone.
 */
class ChaosTest {
    private static final int SEEDS = Seeds.count(2000, 300);

    @Test
    void anySeed_shouldKeepTheRulesAndComeToRest() {
        Long alone = Long.getLong("flotilla.seed");
        long first = alone == null ? 1 : alone;
        long last = alone == null ? SEEDS : alone;
        for (long seed = first; seed <= last; seed++) {
            try {
                new World(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", to be run alone with -Dflotilla.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
