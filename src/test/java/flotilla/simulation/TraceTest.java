package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
    @ValueSource(
            strings = {
                "constant:rat=5",
                "constant:rate",
                "constant:rate=many",
                "constant:rate=-1",
                "constant:rate=NaN",
                "constant:rate=1e300",
                "constant:hours=1e9",
                "constant:seed=0.5",
                "constant:rate=1000,hours=24",
                "on-off:on=0,off=0",
                "bursts:every=0",
                "bursts:within=1e9",
                "bursts:size=1e10",
                "bursts:size=1e300,scale=1e300",
                "flash-crowd:base=0,peak=1e6,ramp=1,hold=1,decay=1,hours=744"
            })
    void wrongKeyOrValue_shouldBeSaidInOneLine(String spec) {
        assertThatThrownBy(() -> TraceGenerator.of(spec))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("generator " + spec.substring(0, spec.indexOf(':')))
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({"constant:hours=1, 4", "constant, 0.5", "on-off:hours=1;scale=2, 3"})
    void scaledGenerator_shouldMakeSoManyTimesTheImages(String spec, double factor) {
        TraceGenerator generator = TraceGenerator.of(spec.replace(';', ',')).orElseThrow();
        Trace scaled = generator.scaled(factor).generate();

        assertThat((double) scaled.size())
                .isCloseTo(factor * generator.generate().size(), within(0.1 * scaled.size()));
        assertThat(TraceGenerator.of(scaled.name()).orElseThrow().generate().arrivals())
                .as("its name makes it again")
                .isEqualTo(scaled.arrivals());
    }

    @Test
    void scaleThatMakesTooMuch_shouldBeRefused() {
        assertThatThrownBy(() -> TraceGenerator.of("diurnal").orElseThrow().scaled(1000))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("20,000,000");
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
    void aTimeALine_shouldBeAnImageEachFromTheFirstOn() throws IOException {
        assertThat(read("0.5\n1.5\n1.5\n").arrivals()).containsExactly(0, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1700000000,3\n1700000060,2\n",
                "time;arrivals\n1700000000;3\n1700000060;2\n",
                "\uFEFF2023-11-14T22:13:20Z,3\n2023-11-14T23:14:20+01:00,2\n",
                "\"when\",\"how many\"\n2023-11-14 22:13:20,3\n2023-11-14 22:14:20,2.0\n"
            })
    void realTimes_shouldCountFromTheFirstRow(String text) throws IOException {
        Trace trace = read(text);

        assertThat(trace.start()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(trace.size()).isEqualTo(5);
        assertThat(trace.by(60)).isEqualTo(3);
        assertThat(trace.end()).isBetween(60.0, 120.0);
    }

    @Test
    void lastRow_shouldLastAsLongAsTheOneBefore() throws IOException {
        Trace trace = read("0,0\n300,1000\n");

        assertThat(trace.end()).isBetween(590.0, 600.0);
    }

    @ParameterizedTest
    @CsvSource({"3, 30", "0.5, 5", "1.5, 15"})
    void scale_shouldMultiplyTheImagesOfEachRow(double scale, int images) throws IOException {
        Path file = Files.writeString(folder.resolve("rows"), "0,10\n60,0\n");

        Trace trace = TraceReader.read(file, 1, scale);

        assertThat(trace.size()).isEqualTo(images);
        assertThat(trace.end()).isLessThanOrEqualTo(60);
    }

    @Test
    void scaleOfATimeALine_shouldKeepTheTimesAndFillTheGaps() throws IOException {
        Path file = Files.writeString(folder.resolve("times"), "100\n110\n120\n");

        Trace trace = TraceReader.read(file, 1, 2);

        assertThat(trace.size()).isEqualTo(6);
        assertThat(trace.arrivals()).contains(0, 10, 20);
        assertThat(trace.by(9.99)).isEqualTo(2);
    }

    @Test
    void scaleOfDecisions_shouldMultiplyTheRate() throws IOException {
        Path file = Files.writeString(
                folder.resolve("decisions"),
                "[{\"at\":\"2026-11-24T12:00:00Z\"},\n{\"at\":\"2026-11-24T12:00:10Z\",\"visible\":40,\"inFlight\":2}]");

        Trace trace = TraceReader.read(file, 1, 3);

        assertThat(trace.size()).isEqualTo(126);
        assertThat(trace.start()).isEqualTo(Instant.parse("2026-11-24T12:00:00Z"));
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
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | is empty",
                "#only a remark | is empty",
                "a#b | 2: \"b\" is no time",
                "10,1#5,1 | 2: times ascend",
                "0,0 | no arrival",
                "0,1#x,1 | 2: \"x\" is no time",
                "1x,3 | 1: \"1x\" is no time",
                "NaN,3 | 1: \"NaN\" is no time",
                "nan,3 | 1: \"nan\" is no time",
                "Infinity,3 | 1: \"Infinity\" is no time",
                "10,-5 | whole number of at least 0, not \"-5\"",
                "10,2.5 | whole number of at least 0, not \"2.5\"",
                "10,NaN | whole number of at least 0, not \"NaN\"",
                "10, | whole number of at least 0, not \"\"",
                "0,1e10 | more than 20,000,000 images",
                "0,1e300 | more than 20,000,000 images",
                "0,1,2 | 3 columns",
                "0,1#5 | not as those before",
                "1700000000000,3 | divide milliseconds by 1000",
                "0,1#2678401,1 | at most 31 days",
                "{\"x\":1} | no decisions",
                "[1 | no decisions",
                "[] | no decision",
                "{\"at\":\"2026-11-24T12:00:00Z\"}{\"at\":\"2028-11-24T12:00:00Z\"} | at most 31 days",
            })
    void unreadableTrace_shouldBeSaidInOneLine(String text, String message) {
        assertThatThrownBy(() -> read(text.startsWith("#") ? text : text.replace('#', '\n')))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(message)
                .message()
                .startsWith(message.startsWith("is empty") ? folder.toString() : "trace")
                .doesNotContain("\n");
    }

    @Test
    void bytesThatAreNoText_shouldBeSaidInOneLine() throws IOException {
        Path file = Files.write(folder.resolve("trace"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatThrownBy(() -> TraceReader.read(file, 1))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("no text");
    }

    @Test
    void missingFile_shouldNameTheGenerators() {
        assertThatThrownBy(() -> TraceReader.read(folder.resolve("none"), 1))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("diurnal");
    }
}
