package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
    @TempDir
    private Path folder;

    private Trace read(String text) throws IOException {
        return TraceReader.read(Files.writeString(folder.resolve("trace"), text), 1);
    }

    @ParameterizedTest
    @CsvSource({
        "constant:rate=5;hours=2, 36000",
        "diurnal:mean=2;seed=4, 172800",
        "on-off:rate=10;on=60;off=60;hours=1, 18000",
        "constant:rate=5;hours=2;scale=2, 72000"
    })
    void generator_shouldMakeItsMeanNumberOfImages(String spec, int images) {
        Trace trace = TraceGenerator.of(spec.replace(';', ',')).orElseThrow().generate();

        assertThat((double) trace.size()).isCloseTo(images, within(0.03 * images));
    }

    @Test
    void sameSeed_shouldMakeTheSameTrace() {
        assertThat(TraceGenerator.of("bursts:seed=7,hours=1")
                        .orElseThrow()
                        .generate()
                        .arrivals())
                .isEqualTo(TraceGenerator.of("bursts:seed=7,hours=1")
                        .orElseThrow()
                        .generate()
                        .arrivals());
    }

    @ParameterizedTest
    @ValueSource(strings = {"constant:rat=5", "constant:rate", "constant:rate=many", "constant:rate=-1"})
    void wrongKeyOrValue_shouldBeSaidInOneLine(String spec) {
        assertThatThrownBy(() -> TraceGenerator.of(spec))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("generator constant")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void secondsAndArrivals_shouldBeSpreadOverTheirRow() throws IOException {
        Trace trace = read("# a day\nseconds,arrivals\n0,2\n60,0\n120,3\n");

        assertThat(trace.size()).isEqualTo(5);
        assertThat(trace.by(60)).isEqualTo(2);
        assertThat(trace.by(120)).isEqualTo(2);
        assertThat(trace.end()).isBetween(120.0, 180.0);
    }

    @Test
    void aTimeALine_shouldBeAnImageEach() throws IOException {
        assertThat(read("0.5\n1.5\n1.5\n").arrivals()).containsExactly(0.5, 1.5, 1.5);
    }

    @Test
    void decisions_shouldBeReplayedByTheRateThatTheySaw() throws IOException {
        String decision = "{\"at\":\"2026-11-24T12:%s:00Z\",\"visible\":0,\"inFlight\":0,"
                + "\"vote\":{\"figures\":{\"arrivalRate\":%s}}}";
        Trace trace = read("{\"decisions\":[" + String.format(decision, "02", "2.0") + ","
                + String.format(decision, "01", "1.0") + "," + String.format(decision, "00", "0.0") + "]}");

        assertThat((double) trace.size()).isCloseTo(60 + 120, within(2.0));
        assertThat((double) trace.by(60)).isCloseTo(60, within(2.0));
    }

    @Test
    void decisionsWithoutARate_shouldBeReplayedByTheQueuesGrowth() throws IOException {
        Trace trace = read("{\"at\":\"2026-11-24T12:00:00Z\",\"visible\":0,\"inFlight\":0}\n"
                + "{\"at\":\"2026-11-24T12:00:10Z\",\"visible\":40,\"inFlight\":2}\n");

        assertThat(trace.size()).isEqualTo(42);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb\n", "10,1\n5,1\n", "0,0\n", "{\"x\":1}", "[1"})
    void unreadableTrace_shouldBeSaidInOneLine(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(TraceException.class)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void missingFile_shouldNameTheGenerators() {
        assertThatThrownBy(() -> TraceReader.read(folder.resolve("none"), 1))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("diurnal");
    }
}
