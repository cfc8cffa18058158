package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Duration TOOK = Duration.ofMillis(1500);
    private static final List<RowResult> RESULTS = List.of(
            RowResult.measured(
                    "http",
                    List.of(Subject.STANDARD.in("bf16")),
                    List.of(
                            Figure.of("limit", "images/s", Samples.of(80, 82, 81))
                                    .with("traced")
                                    .with(new Difference(0.02, 23, 24)),
                            Figure.ratio("over HTTP ÷ limit", Samples.of(0.9, 0.8, 0.7), Target.atLeast(0.85)),
                            Figure.of("added, p50", "ms", Samples.of(4)).against(Target.atMost(4)),
                            Figure.leftOut("JDK 25", "there is no JDK 25 here")),
                    TOOK),
            RowResult.failed("start", List.of(Subject.BUNDLED), "no gateway", TOOK));

    @Test
    void table_shouldShowEachFigureWithItsTargetAndWhatBecameOfIt() {
        assertThat(Table.of(RESULTS).lines().map(line -> line.replaceAll(" {2,}", "|")))
                .containsExactly(
                        "row|figure|median|min – max|target|how",
                        "http|limit|81.0 images/s|80.0 – 82.0|traced; from the plain network: probabilities differ by at most 0.0200, "
                                + "best label the same for 23 of 24 photographs",
                        "http|over HTTP ÷ limit|0.80|0.70 – 0.90|≥ 0.85|missed",
                        "http|added, p50|4.00 ms|4.00 – 4.00|≤ 4.00 ms|met",
                        "http|JDK 25|–|left out|there is no JDK 25 here",
                        "start|FAILED|no gateway");
    }

    @Test
    void table_shouldHaveItsColumnsUnderEachOther() {
        List<String> lines = Table.of(RESULTS).lines().toList();

        int verdict = lines.get(2).indexOf("missed");
        assertThat(lines.get(3).indexOf("met")).isEqualTo(verdict);
        assertThat(lines.get(4).indexOf("left out")).isEqualTo(verdict);
        assertThat(lines.get(5).indexOf("FAILED")).isEqualTo(verdict);
    }

    @Test
    void json_shouldHoldTheMachineEachRunsNumberAndTheVerdict() throws Exception {
        JsonNode root = new ObjectMapper()
                .readTree(
                        ReportJson.of(Instant.parse("2026-11-24T12:00:00Z"), Map.of("cores", "2"), 3, false, RESULTS));

        assertThat(root.at("/at").asText()).isEqualTo("2026-11-24T12:00:00Z");
        assertThat(root.at("/machine/cores").asText()).isEqualTo("2");
        assertThat(root.at("/runs").asInt()).isEqualTo(3);
        assertThat(root.at("/rows/0/subjects/0/model").asText()).isEqualTo("resnet18");
        assertThat(root.at("/rows/0/subjects/0/precision").asText()).isEqualTo("bf16");
        assertThat(root.at("/rows/1/subjects/0/model").asText()).isEqualTo("bundled");
        JsonNode limit = root.at("/rows/0/figures/0");
        assertThat(limit.at("/detail").asText()).isEqualTo("traced");
        assertThat(limit.at("/difference/largest").asDouble()).isEqualTo(0.02);
        assertThat(limit.at("/difference/sameBest").asInt()).isEqualTo(23);
        assertThat(limit.at("/difference/photographs").asInt()).isEqualTo(24);
        JsonNode ratio = root.at("/rows/0/figures/1");
        assertThat(ratio.at("/median").asDouble()).isEqualTo(0.8);
        assertThat(ratio.at("/samples")).hasSize(3);
        assertThat(ratio.at("/target/bound").asText()).isEqualTo("at least");
        assertThat(ratio.at("/met").asBoolean(true)).isFalse();
        assertThat(root.at("/rows/0/figures/2/met").asBoolean()).isTrue();
        assertThat(root.at("/rows/0/figures/3").has("median")).isFalse();
        assertThat(root.at("/rows/1/status").asText()).isEqualTo("failed");
        assertThat(root.at("/rows/1/reason").asText()).isEqualTo("no gateway");
        assertThat(root.at("/rows/1/seconds").asDouble()).isEqualTo(1.5);
    }
}
