package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.testing.MetricFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in infra/metrics; that their metrics exist is MetricsIT's to show. */
class AlertsAndDashboardTest {
    static List<JsonNode> alerts() {
        return MetricFiles.alerts();
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void alert_shouldSayWhatItIsAndWhatToDo(JsonNode alert) {
        assertThat(alert.path("alert").asText()).matches("Flotilla[A-Z][A-Za-z]+");
        assertThat(alert.path("expr").asText()).isNotBlank();
        assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
        assertThat(alert.at("/annotations/summary").asText()).hasSizeBetween(20, 150);
        assertThat(alert.at("/annotations/description").asText())
                .hasSizeGreaterThan(60)
                .matches(".*[.?]");
    }

    @Test
    void alerts_shouldHaveNamesOfTheirOwn() {
        assertThat(alerts().stream().map(alert -> alert.path("alert").asText())).doesNotHaveDuplicates();
    }

    @Test
    void headOfTheRules_shouldNameTheSettingsThatLimitsHangOn() throws IOException {
        String head = Files.readString(MetricFiles.ALERTS);
        head = head.substring(0, head.indexOf("groups:")).replaceAll("\\s*\n# ", " ");

        assertThat(head)
                .contains("change FlotillaPromiseMissed when scaling.slo is changed")
                .contains("FlotillaSupervisorStalled to some intervals when scaling.interval");
    }

    @Test
    void panels_shouldAskSomethingAndNotLieOnEachOther() {
        JsonNode panels = MetricFiles.dashboard().path("panels");
        assertThat(panels.findValues("id").stream().map(JsonNode::asInt)).doesNotHaveDuplicates();
        List<JsonNode> placed = new ArrayList<>();
        for (JsonNode panel : panels) {
            assertThat(panel.path("title").asText()).isNotBlank();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
            assertThat(placed).noneMatch(other -> overlap(place, other));
            placed.add(place);
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("targets"))
                        .isNotEmpty()
                        .allSatisfy(target ->
                                assertThat(target.path("expr").asText()).isNotBlank());
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            }
        }
    }

    private static boolean overlap(JsonNode one, JsonNode other) {
        return one.path("x").asInt() < other.path("x").asInt() + other.path("w").asInt()
                && other.path("x").asInt()
                        < one.path("x").asInt() + one.path("w").asInt()
                && one.path("y").asInt()
                        < other.path("y").asInt() + other.path("h").asInt()
                && other.path("y").asInt()
                        < one.path("y").asInt() + one.path("h").asInt();
    }

    @Test
    void rules_shouldPassPromtool() throws Exception {
        shouldPassPromtool("check", "rules", MetricFiles.ALERTS.toString());
    }

    @Test
    void alerts_shouldFireWhenTheyShouldAndOnlyThen() throws Exception {
        shouldPassPromtool("test", "rules", MetricFiles.ALERT_CASES.toString());
    }

    @Test
    void exampleConfiguration_shouldPassPromtool() throws Exception {
        shouldPassPromtool("check", "config", "--syntax-only", MetricFiles.EXAMPLE.toString());
    }

    /** Each as a recording rule, since that is what the checker reads. */
    @Test
    void expressionsOfTheDashboard_shouldPassPromtool(@TempDir Path folder) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ObjectNode file = json.createObjectNode();
        ArrayNode rules =
                file.putArray("groups").addObject().put("name", "dashboard").putArray("rules");
        for (String expression : MetricFiles.dashboard().findValuesAsText("expr")) {
            rules.addObject()
                    .put("record", "panel_" + rules.size())
                    .put("expr", expression.replace("$__rate_interval", "1m"));
        }
        Path written = Files.writeString(folder.resolve("rules.yaml"), file.toString());

        shouldPassPromtool("check", "rules", written.toString());
    }

    private static void shouldPassPromtool(String... arguments) throws IOException, InterruptedException {
        Optional<Path> promtool = MetricFiles.promtool();
        assumeTrue(promtool.isPresent(), "there is no promtool here (on Debian: apt-get install prometheus)");
        List<String> command = new ArrayList<>(List.of(promtool.get().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
    }
}
