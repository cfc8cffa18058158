package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningCacheTest {
    private static final Tuning TUNING = new Tuning("model.fp32.pt", Layout.INTERLEAVED, 2, 1, 8);

    @TempDir
    private Path folder;

    private final AtomicInteger measured = new AtomicInteger();

    @Test
    void knownKey_shouldNotBeMeasuredAgain() {
        assertThat(get("a")).isEqualTo(TUNING);
        assertThat(get("a")).isEqualTo(TUNING);
        assertThat(measured).hasValue(1);

        assertThat(get("b")).isEqualTo(TUNING);
        assertThat(measured).hasValue(2);
    }

    @Test
    void damagedFile_shouldBeReplaced() throws IOException {
        get("a");
        try (Stream<Path> files = Files.list(cache())) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                Files.writeString(file, "{");
            }
        }

        assertThat(get("a")).isEqualTo(TUNING);
        assertThat(get("a")).isEqualTo(TUNING);
        assertThat(measured).hasValue(2);
    }

    @Test
    void folderThatCannotBeMade_shouldCostOnlyTheMeasurement() throws IOException {
        Files.writeString(cache(), "a file");

        assertThat(get("a")).isEqualTo(TUNING);
        assertThat(get("a")).isEqualTo(TUNING);
        assertThat(measured).hasValue(2);
    }

    @Test
    void failedMeasurement_shouldNotBeKept() {
        assertThatThrownBy(() -> new TuningCache(cache()).get("a", () -> {
                    throw new SettingsException("no network");
                }))
                .isInstanceOf(SettingsException.class);

        assertThat(get("a")).isEqualTo(TUNING);
    }

    private Path cache() {
        return folder.resolve("tuning");
    }

    private Tuning get(String key) {
        return new TuningCache(cache()).get(key, () -> {
            measured.incrementAndGet();
            return TUNING;
        });
    }
}
