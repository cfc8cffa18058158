package flotilla.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The process's memory as the kernel counts it, native libraries included, which are most of a worker's. Where there is no
 * {@code /proc} there is no such figure.
 */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";
    private static final double KIB = 1024;

    private ResidentMemory() {}

    static void bindTo(MeterRegistry registry) {
        if (Files.isReadable(STATUS)) {
            Gauge.builder("process.resident.memory", ResidentMemory::bytes)
                    .description("Memory of the process that is not swapped out, native libraries included")
                    .baseUnit("bytes")
                    .register(registry);
        }
    }

    /** Not a number when it cannot be read just now. */
    private static double bytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(LINE))
                    .findFirst()
                    .map(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * KIB)
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
