package flotilla.scaling.chaos;

import org.junit.jupiter.api.Test;

/**
 * Thousands of worlds in which everything goes wrong, each from its seed. {@code -Dflotilla.seeds=N} runs so many, {@code
 * -Dflotilla.seed=S} one alone.
 */
class ChaosTest {
    private static final int SEEDS = 1000;

    @Test
    void anySeed_shouldKeepTheRulesAndComeToRest() {
        Long alone = Long.getLong("flotilla.seed");
        int count = Integer.getInteger("flotilla.seeds", SEEDS);
        for (long seed = alone == null ? 1 : alone; seed <= (alone == null ? count : alone); seed++) {
            try {
                new ChaosWorld(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (run it alone with -Dflotilla.seed=" + seed + "): " + e.getMessage(), e);
            }
        }
    }
}
