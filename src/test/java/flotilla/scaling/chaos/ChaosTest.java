package flotilla.scaling.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Thousands of worlds in which everything goes wrong, each from its seed. {@code -Dflotilla.seeds=N} runs so many, {@code
 * -Dflotilla.seed=S} one alone. What went wrong in them all is counted in {@code target/chaos.md}.
 */
class ChaosTest {
    private static final int SEEDS = Seeds.count(2000, 300);
    /** Seeds after which each fault has happened. */
    private static final int ENOUGH = 200;

    private static final Path ACCOUNT = Path.of("target", "chaos.md");

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);

    @Test
    void anySeed_shouldKeepTheRulesAndComeToRest() throws Exception {
        Long alone = Long.getLong("flotilla.seed");
        long first = alone == null ? 1 : alone;
        long last = alone == null ? SEEDS : alone;
        for (long seed = first; seed <= last; seed++) {
            World world = new World(seed);
            try {
                world.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", to be run alone with -Dflotilla.seed=" + seed + ": " + e.getMessage(), e);
            }
            world.chance.faults().forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
        }
        if (alone == null) {
            writeAccount();
        }
        if (last - first >= ENOUGH) {
            assertThat(faults).as("what went wrong").containsOnlyKeys(Fault.values());
        }
    }

    private void writeAccount() throws IOException {
        int messages = faults.entrySet().stream()
                .filter(fault -> fault.getKey().isOfMessages())
                .mapToInt(Map.Entry::getValue)
                .sum();
        int all = faults.values().stream().mapToInt(Integer::intValue).sum();
        String rows = faults.entrySet().stream()
                .map(fault -> String.format(Locale.ROOT, "| %s | %,d |%n", fault.getKey(), fault.getValue()))
                .collect(Collectors.joining());
        Files.createDirectories(ACCOUNT.getParent());
        Files.writeString(
                ACCOUNT,
                String.format(
                        Locale.ROOT,
                        "%,d seeds: %,d faults of processes, machines, services and people, %,d of messages%n%n| fault | times |%n|---|---|%n%s",
                        SEEDS,
                        all - messages,
                        messages,
                        rows));
    }
}
