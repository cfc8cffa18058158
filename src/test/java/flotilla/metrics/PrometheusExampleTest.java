package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.testing.MetricFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which of the jobs in {@code prometheus.yaml} scrape a running machine, by its tags. */
class PrometheusExampleTest {
    private static final String RUNNING = "instance-state-name";

    static Stream<Arguments> machines() {
        return Stream.of(
                Arguments.of(
                        "a gateway that Terraform has made",
                        Map.of(
                                "Name",
                                "flotilla-gateway",
                                "flotilla:deployment",
                                "flotilla",
                                "flotilla:role",
                                "gateway"),
                        List.of("flotilla-gateway")),
                Arguments.of(
                        "a gateway that provision has made",
                        Map.of("Name", "flotilla-gateway", "flotilla:cluster", "flotilla", "flotilla:role", "gateway"),
                        List.of("flotilla-gateway")),
                Arguments.of(
                        "a worker that was launched",
                        Map.of(
                                "Name",
                                "app-tier-instance-3",
                                "flotilla:cluster",
                                "flotilla",
                                "flotilla:app-tier-id",
                                "3"),
                        List.of("flotilla-worker")),
                Arguments.of(
                        "a worker of Terraform's group",
                        Map.of(
                                "Name",
                                "app-tier-instance",
                                "flotilla:deployment",
                                "flotilla",
                                "flotilla:cluster",
                                "flotilla",
                                "flotilla:role",
                                "worker"),
                        List.of("flotilla-worker")),
                Arguments.of(
                        "a gateway of another cluster",
                        Map.of("flotilla:deployment", "flotilla-2", "flotilla:role", "gateway"),
                        List.of()),
                Arguments.of(
                        "another one, made by provision",
                        Map.of("flotilla:cluster", "my-flotilla", "flotilla:role", "gateway"),
                        List.of()),
                Arguments.of(
                        "a worker of another cluster",
                        Map.of("flotilla:cluster", "other", "flotilla:app-tier-id", "3"),
                        List.of()),
                Arguments.of("a machine that makes images", Map.of("flotilla:deployment", "flotilla"), List.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("machines")
    void machine_shouldBeScrapedByItsJobAlone(String what, Map<String, String> tags, List<String> jobs) {
        List<String> scraping = new ArrayList<>();
        for (JsonNode job : MetricFiles.yaml(MetricFiles.EXAMPLE).path("scrape_configs")) {
            boolean found = all(job.path("ec2_sd_configs")).anyMatch(search -> finds(search, tags));
            if (found && all(job.path("relabel_configs")).allMatch(rule -> keeps(rule, tags))) {
                scraping.add(job.path("job_name").asText());
            }
        }

        assertThat(scraping).isEqualTo(jobs);
    }

    private static Stream<JsonNode> all(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /** Whether EC2 describes a running machine with such tags. */
    private static boolean finds(JsonNode search, Map<String, String> tags) {
        return all(search.path("filters")).allMatch(filter -> {
            String name = filter.path("name").asText();
            String value = name.equals(RUNNING) ? "running" : tags.getOrDefault(name.replaceFirst("^tag:", ""), "");
            return all(filter.path("values")).anyMatch(one -> one.asText().equals(value));
        });
    }

    /**
     * Whether a rule leaves the machine among the targets.
     *
     * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config">relabel_config</a>
     */
    private static boolean keeps(JsonNode rule, Map<String, String> tags) {
        List<String> values = all(rule.path("source_labels"))
                .map(label -> tags.entrySet().stream()
                        .filter(tag -> label.asText()
                                .equals("__meta_ec2_tag_" + tag.getKey().replaceAll("\\W", "_")))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(""))
                .toList();
        boolean matches = String.join(";", values).matches(rule.path("regex").asText(".*"));
        return switch (rule.path("action").asText("replace")) {
            case "keep" -> matches;
            case "drop" -> !matches;
            default -> true;
        };
    }
}
