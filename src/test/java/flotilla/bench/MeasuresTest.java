package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small computations behind the figures. */
class MeasuresTest {
    private static final Variant SHIPPED = Variant.shipped(Subject.STANDARD);

    @Test
    void steadyRate_shouldCountWhatIsBetweenTheFirstAndTheLastKept() {
        List<Double> times = List.of(0.0, 8.0, 10.0, 10.5, 11.0, 11.5, 30.0);

        assertThat(SteadyRate.of(times, 2, 1)).isEqualTo(2);
    }

    @Test
    void steadyRateOfTooFewResults_shouldBeRefused() {
        assertThatThrownBy(() -> SteadyRate.of(List.of(1.0, 2.0, 3.0), 2, 1)).hasMessageContaining("too few");
        assertThatThrownBy(() -> SteadyRate.of(List.of(1.0, 1.0), 0, 0)).hasMessageContaining("no time");
    }

    @Test
    void search_shouldDecideAmongTheFastestThreeByTheLongerMeasurement() throws Exception {
        Map<String, Double> brief = Map.of("a", 5.0, "b", 9.0, "c", 8.0, "d", 7.0);
        Map<String, Double> atLength = Map.of("b", 6.0, "c", 6.5, "d", 6.2, "a", 99.0);

        assertThat(Search.fastest(
                        "it", List.of("a", "b", "c", "d", "e"), way -> rate(brief, way), way -> rate(atLength, way)))
                .isEqualTo("c");
    }

    @Test
    void searchWithNoWayThatCanBeGone_shouldSaySo() {
        assertThatThrownBy(() -> Search.fastest(
                        "it", List.of("a"), way -> OptionalDouble.empty(), way -> OptionalDouble.empty()))
                .hasMessageContaining("no way to run it");
    }

    @Test
    void wayWithWrongAnswers_shouldOnlyBeTheFastestOfAll() throws Exception {
        Map<String, Winners.Tried> brief =
                Map.of("plain", tried(5, true), "laid out", tried(6, true), "fused", tried(9, false));
        Map<String, Double> atLength = Map.of("plain", 5.5, "laid out", 5.2, "fused", 9.5);

        assertThat(Winners.among("it", List.of("plain", "laid out", "fused"), brief::get, way -> rate(atLength, way)))
                .isEqualTo(new Winners<>("plain", "fused"));
    }

    @Test
    void fastestWayWithRightAnswers_shouldBeTheFastestOfAllAndBeMeasuredOnceAtLength() throws Exception {
        List<String> measured = new ArrayList<>();

        Winners<String> winners =
                Winners.among("it", List.of("a", "b"), way -> tried(way.equals("a") ? 9 : 5, way.equals("a")), way -> {
                    measured.add(way);
                    return OptionalDouble.of(way.equals("a") ? 9 : 5);
                });

        assertThat(winners).isEqualTo(new Winners<>("a", "a"));
        assertThat(measured).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void wayThatIsRightAndTurnsOutToBeFaster_shouldBeTheFastestOfAll() throws Exception {
        Map<String, Double> brief = Map.of("a", 9.0, "b", 8.0, "c", 7.0, "plain", 6.0);
        Map<String, Double> atLength = Map.of("a", 5.0, "b", 5.0, "c", 5.0, "plain", 6.0);

        assertThat(Winners.among(
                        "it",
                        List.of("a", "b", "c", "plain"),
                        way -> tried(brief.get(way), way.equals("plain")),
                        way -> rate(atLength, way)))
                .isEqualTo(new Winners<>("plain", "plain"));
    }

    @Test
    void waysThatAreAllWrong_shouldBeRefused() {
        assertThatThrownBy(() -> Winners.among("it", List.of("a"), way -> tried(5, false), way -> OptionalDouble.of(5)))
                .hasMessageContaining("no way to run it with right answers");
    }

    private static Winners.Tried tried(double rate, boolean isRight) {
        return new Winners.Tried(rate, isRight);
    }

    private static OptionalDouble rate(Map<String, Double> rates, String way) {
        return rates.containsKey(way) ? OptionalDouble.of(rates.get(way)) : OptionalDouble.empty();
    }

    @Test
    void settings_shouldPutEveryCoreToWork() {
        Variant variant = new Variant("traced", "fp32", List.of("flotilla.model.path=m"));

        assertThat(Setting.candidates(List.of(variant), SHIPPED, 2))
                .hasSize(6)
                .allMatch(setting -> setting.classifiers() * setting.threads() == 2);
        assertThat(Setting.candidates(List.of(variant), SHIPPED, 1)).hasSize(3);
        assertThat(Setting.candidates(List.of(SHIPPED), SHIPPED, 2)).contains(Setting.shipped(Subject.STANDARD, 1));
    }

    @Test
    void setting_shouldBeAskedForByTheWorkersOwnSettings() {
        Variant variant = new Variant("traced", "fp32", List.of("flotilla.model.path=m"));

        assertThat(new Setting(variant, 2, 1, 1).sets())
                .contains(
                        "flotilla.model.path=m", "flotilla.classifier.parallelism=2", "flotilla.classifier.threads=1");
    }

    @Test
    void latency_shouldRestOnFiveHundredImagesATurn() {
        LatencyRow.Course fast = LatencyRow.Course.of(20);
        LatencyRow.Course slower = LatencyRow.Course.of(44);

        assertThat(fast.rate()).isEqualTo(10);
        assertThat(fast.images()).isEqualTo(500);
        assertThat(fast.turns()).isGreaterThanOrEqualTo(2 * 5);
        assertThat(slower.images()).isEqualTo(500);
        assertThat(slower.turns()).isEqualTo(5);
    }

    @Test
    void latencyOfASlowModel_shouldTakeNoLongerForATurn() {
        LatencyRow.Course slow = LatencyRow.Course.of(200);

        assertThat(slow.rate()).isEqualTo(1);
        assertThat(slow.images()).isEqualTo(120);
        assertThat(slow.lasting(10).images()).isEqualTo(10);
    }

    @Test
    void sample_shouldCountForTheLibraryNearestToTheTop() {
        assertThat(JavaProfile.library(List.of(
                        "java.util.HashMap", "org.apache.pekko.stream.impl.fusing.GraphInterpreter", "flotilla.A")))
                .isEqualTo("Pekko streams");
        assertThat(JavaProfile.library(List.of("org.apache.pekko.stream.connectors.s3.impl.S3Stream$")))
                .isEqualTo("Pekko Connectors");
        assertThat(JavaProfile.library(List.of("java.lang.Thread"))).isEqualTo("Java alone");
    }

    @Test
    void recording_shouldTellWhoWorked(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("busy.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            recording.start();
            for (boolean seen = false; !seen; ) {
                Samples.of(IntStream.range(0, 100_000).mapToDouble(Math::sqrt).sum());
                recording.dump(file);
                // The first samples may be of threads that others have left in this process.
                seen = JavaProfile.read(file).shares().stream()
                        .map(JavaProfile.Share::library)
                        .anyMatch("flotilla"::equals);
            }
        }

        assertThat(JavaProfile.read(file).shares())
                .extracting(JavaProfile.Share::library)
                .contains("flotilla");
        assertThat(JavaProfile.read(file).shares())
                .isSortedAccordingTo(
                        Comparator.comparingDouble(JavaProfile.Share::part).reversed());
    }

    @Test
    void requestsOfAClient_shouldBeNamedByWhatTheyAskFor() {
        assertThat(CallCounter.name("PUT /flotilla-output/id.json HTTP/1.1")).contains("PutObject");
        assertThat(CallCounter.name("GET /flotilla-input/id/a.jpg HTTP/1.1")).contains("GetObject");
        assertThat(CallCounter.name("GET /flotilla-input?list-type=2&prefix=x HTTP/1.1"))
                .contains("ListObjects");
        assertThat(CallCounter.name("X-Amz-Target: AmazonSQS.DeleteMessageBatch"))
                .contains("DeleteMessageBatch");
    }

    @Test
    void requestBehindABodyWithoutANewline_shouldBeNamed() {
        assertThat(CallCounter.name("{\"a\":1}PUT /flotilla-output/id.json HTTP/1.1"))
                .contains("PutObject");
    }

    @Test
    void otherLinesOfARequest_shouldNotBeCounted() {
        assertThat(CallCounter.name("POST / HTTP/1.1")).isEmpty();
        assertThat(CallCounter.name("Host: 127.0.0.1:9324")).isEmpty();
        assertThat(CallCounter.name("{\"Body\":\"GET /x HTTP/1.1 and more\"}")).isEmpty();
    }

    @Test
    void jdk_shouldBeKnownByItsReleaseFile() {
        assertThat(Jdks.version("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n"))
                .isEqualTo(17);
        assertThat(Jdks.version("JAVA_VERSION=\"25\"\n")).isEqualTo(25);
        assertThat(Jdks.version("")).isZero();
    }

    @Test
    void fieldOfAProcFile_shouldBeTheFirstOfItsName() {
        String text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Other\nVmRSS:\t  1024 kB\n";

        assertThat(Machine.field(text, "model name")).isEqualTo("Some CPU @ 2 GHz");
        assertThat(Machine.field(text, "VmRSS")).isEqualTo("1024 kB");
        assertThat(Machine.field(text, "flags")).isEqualTo("unknown");
    }
}
