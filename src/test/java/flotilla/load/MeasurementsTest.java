package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
    private static final long MS = 1_000_000L;
    private static final LoadImage IMAGE = new LoadImage(Path.of("test_000.jpg"));
    private static final Target TARGET =
            new Target(URI.create("http://h"), Api.V1, "", "inputFile", Map.of(), false, Duration.ofSeconds(1), 0);

    private final Measurements measurements = new Measurements();
    private final Timeline timeline = new Timeline();

    @Test
    void latencies_shouldGiveTheirPercentiles() {
        for (int i = 1; i <= 10_000; i++) {
            answered(i, 0, i * MS, "Paul", "");
        }

        Latency latency = summary().latency();

        assertThat(latency.count()).isEqualTo(10_000);
        assertThat(latency.min()).isCloseTo(1, within(0.001));
        assertThat(latency.mean()).isCloseTo(5000.5, within(5.0));
        assertThat(latency.p50()).isCloseTo(5000, within(5.0));
        assertThat(latency.p90()).isCloseTo(9000, within(9.0));
        assertThat(latency.p95()).isCloseTo(9500, within(9.5));
        assertThat(latency.p99()).isCloseTo(9900, within(9.9));
        assertThat(latency.max()).isCloseTo(10_000, within(10.0));
    }

    @Test
    void missingOnes_shouldBeCountedByKindAndLeftOutOfTheLatencies() {
        answered(1, 0, 10 * MS, "Paul", "#1 i-1");
        answered(2, 0, 20 * MS, "Emma", "#2 i-2");
        failed(3, 0, 5000 * MS, "timeout");
        failed(4, 0, MS, "503 unavailable");
        failed(5, 0, MS, "503 unavailable");

        Summary summary = summary();

        assertThat(summary.answered()).isEqualTo(2);
        assertThat(summary.right()).isEqualTo(1);
        assertThat(summary.wrong()).isEqualTo(1);
        assertThat(summary.missing()).isEqualTo(3);
        assertThat(summary.isGood()).isFalse();
        assertThat(summary.errors()).isEqualTo(Map.of("timeout", 1L, "503 unavailable", 2L));
        assertThat(summary.latency().max()).isLessThan(21);
        assertThat(summary.seconds()).isEqualTo(5);
        assertThat(summary.throughput()).isEqualTo(0.4);
        assertThat(summary.workers()).isEqualTo(Map.of("#1 i-1", 1L, "#2 i-2", 1L));
        assertThat(summary.workersFrom()).isEqualTo("answers");
        assertThat(summary.notRight())
                .extracting(Summary.NotRight::number, Summary.NotRight::missing, Summary.NotRight::got)
                .containsExactly(
                        tuple(2L, false, "Emma"),
                        tuple(3L, true, "timeout: detail"),
                        tuple(4L, true, "503 unavailable: detail"),
                        tuple(5L, true, "503 unavailable: detail"));
    }

    @Test
    void answersThatDoNotSayWho_shouldBeCountedByTheFleet() {
        answered(1, 0, 10 * MS, "Paul", "");

        assertThat(measurements.answeredByNobodyKnown()).isEqualTo(1);
        assertThat(summary().workers()).isEqualTo(Map.of("#7 i-7", 9L));
        assertThat(summary().workersFrom()).isEqualTo("fleet");
    }

    @Test
    void workerThatLearntItsIdLater_shouldBeOneWorker() {
        answered(1, 0, 10 * MS, "Paul", "i-1");
        answered(2, 0, 10 * MS, "Paul", "#4 i-1");
        answered(3, 0, 10 * MS, "Paul", "hand-1");

        assertThat(summary().workers()).isEqualTo(Map.of("#4 i-1", 2L, "hand-1", 1L));
    }

    @Test
    void manyThatAreNotRight_shouldBeShownInPart() {
        for (int i = 1; i <= 30; i++) {
            failed(i, 0, MS, "timeout");
        }

        assertThat(summary().notRight()).hasSize(10);
        assertThat(SummaryText.of(summary()).lines())
                .contains("verdict     0 right, 0 wrong, 30 missing", "missing     timeout: 30", "… and 20 more")
                .contains("MISSING request 10, test_000.jpg: expected Paul, got timeout: detail");
    }

    @Test
    void summary_shouldReadWellAndSayTheSameToPrograms() {
        for (int i = 1; i <= 100; i++) {
            answered(i, i * 10 * MS, (i * 10 + 25) * MS, "Paul", "#1 i-1");
        }

        assertThat(SummaryText.of(summary())).isEqualToNormalizingNewlines("""
                        requests    100 in 1.0 s, 100 answered, 97.6 answers/s
                        verdict     100 right, 0 wrong, 0 missing
                        latency     min 25.0 ms  p50 25.0 ms  p90 25.0 ms  p95 25.0 ms  p99 25.0 ms  max 25.0 ms
                        workers     #1 i-1: 100
                        """);
        assertThat(SummaryJson.of(summary()).toString())
                .startsWith("{\"url\":\"http://h\",\"api\":\"v1\",\"requests\":100,\"answered\":100,\"right\":100,"
                        + "\"wrong\":0,\"missing\":0,\"unfinished\":0,\"retries\":0,\"seconds\":1.025,")
                .contains("\"errors\":{},\"workers\":{\"#1 i-1\":100},\"workersFrom\":\"answers\",\"notRight\":[]}");
    }

    @Test
    void nothingAnswered_shouldHaveNoLatency() {
        failed(1, 0, MS, "no connection");

        assertThat(SummaryText.of(summary())).doesNotContain("latency").contains("0 answered, 0.0 answers/s");
        assertThat(SummaryJson.of(summary()).path("latencyMs").isNull()).isTrue();
    }

    @Test
    void timeline_shouldPutLatenciesWhereRequestsWereDueAndAnswersWhereTheyCame() {
        answered(1, 0, 900 * MS, "Paul", "");
        answered(2, 500 * MS, 12_000 * MS, "Paul", "");
        answered(3, 30_000 * MS, 30_100 * MS, "Paul", "");
        failed(4, 30_000 * MS, 60_000 * MS, "timeout");

        assertThat(timeline.slots()).hasSize(61);
        Timeline.Slot first = timeline.slots().get(0);
        assertThat(first.start()).isZero();
        assertThat(first.p50()).isCloseTo(900, within(0.1));
        assertThat(first.p95()).isCloseTo(11_500, within(0.1));
        assertThat(first.due()).isEqualTo(2);
        assertThat(first.answered()).isEqualTo(1);
        assertThat(timeline.slots().get(1).p50()).isNaN();
        assertThat(timeline.slots().get(12).answered()).isEqualTo(1);
        assertThat(timeline.slots().get(30).due()).isEqualTo(2);
        assertThat(timeline.slots().get(60).missing()).isEqualTo(1);
        assertThat(timeline.points()).hasSize(4);
    }

    @Test
    void longTimeline_shouldBeThinnedButForThoseThatAreNotRight() {
        for (int i = 0; i < 100_000; i++) {
            answered(i + 1, i * 10 * MS, i * 10 * MS + MS, "Paul", "");
        }
        failed(100_001, 77 * MS, 78 * MS, "timeout");

        assertThat(timeline.slots()).hasSizeBetween(30, 61);
        assertThat(timeline.points())
                .hasSizeBetween(4000, 4100)
                .anyMatch(point -> point.kind() == Verdict.Kind.MISSING);
    }

    @Test
    void page_shouldNeedNothingFromOutside() {
        answered(1, 0, 900 * MS, "</script><b>Paul", "");
        failed(2, 0, MS, "timeout");

        String page =
                HtmlReport.of(LoadReport.of(summary(), timeline, List.of(new FleetWatch.Look(5 * MS, 1, 2, 3)), 0));

        assertThat(page)
                .contains("uPlot", "\"fleet\":[[0.005,1,2,3]]", "prefers-color-scheme: dark")
                .doesNotContain("</script><b>", "/*DATA*/", "/*UPLOT_JS*/", "/*UPLOT_CSS*/")
                .doesNotContainPattern("(src|href)\\s*=\\s*[\"']|@import|url\\(\\s*[\"']?http|fetch\\(");
    }

    private Summary summary() {
        return measurements.summary(TARGET, true, measurements.ended(), 0, Map.of("#7 i-7", 9L));
    }

    private void answered(long number, long due, long ended, String label, String worker) {
        add(number, due, ended, new Answer.Labelled(label, Optional.empty(), worker(worker)));
    }

    /** From {@code "#1 i-1"}, {@code "i-1"} or nothing. */
    private static Optional<Answer.Worker> worker(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int space = text.indexOf(' ');
        return Optional.of(new Answer.Worker(
                text.substring(space + 1), space < 0 ? Optional.empty() : Optional.of(text.substring(1, space))));
    }

    private void failed(long number, long due, long ended, String kind) {
        add(number, due, ended, new Answer.Failed(kind, "detail"));
    }

    private void add(long number, long due, long ended, Answer answer) {
        Shot shot = new Shot(number, IMAGE, due, due, ended, new Reply(answer, 0, OptionalLong.empty()));
        Verdict verdict = Verdict.of(IMAGE, answer, Optional.of("Paul"));
        measurements.add(shot, verdict);
        timeline.add(shot, verdict);
    }
}
