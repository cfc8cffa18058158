package flotilla.scaling.chaos.late;

import flotilla.testing.Seeds;
import org.junit.jupiter.api.Test;

/**
 * Worlds in which EC2 and the queues answer from the past, each from its seed. {@code -Dflotilla.seeds=N} runs so many, {@code
 * -Dflotilla.seed=S} one alone.
 */
class LateWorldTest {
    private static final int SEEDS = Seeds.count(600, 100);

    @Test
    void anySeed_shouldKeepTheRulesAndComeToRest() {
        Long alone = Long.getLong("flotilla.seed");
        long first = alone == null ? 1 : alone;
        long last = alone == null ? SEEDS : alone;
        for (long seed = first; seed <= last; seed++) {
            try {
                new LateWorld(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (run it alone with -Dflotilla.seed=" + seed + "): " + e.getMessage(), e);
            }
        }
    }
}
