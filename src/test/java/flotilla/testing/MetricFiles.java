package flotilla.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What of the repository speaks of metrics: alerts, dashboard, documentation. */
public final class MetricFiles {
    public static final Path ALERTS = Path.of("infra", "metrics", "alerts.yaml");
    public static final Path ALERT_CASES = Path.of("infra", "metrics", "alerts.test.yaml");
    public static final Path EXAMPLE = Path.of("infra", "metrics", "prometheus.yaml");
    private static final Path DASHBOARD = Path.of("infra", "metrics", "dashboard.json");
    private static final Path DOCUMENTATION = Path.of("docs", "metrics.md");

    private static final Pattern NAME = Pattern.compile("\\b(?:flotilla|jvm|process|system)_[a-z0-9_]+");
    private static final Pattern ROW =
            Pattern.compile("^\\| `((?:flotilla|jvm|process|system)_[a-z0-9_]+)` \\| (\\w+) \\|");

    private MetricFiles() {}

    /** All alerts. */
    public static List<JsonNode> alerts() {
        List<JsonNode> all = new ArrayList<>();
        yaml(ALERTS).path("groups").forEach(group -> group.path("rules").forEach(all::add));
        return all;
    }

    public static JsonNode yaml(Path file) {
        return read(new ObjectMapper(new YAMLFactory()), file);
    }

    public static JsonNode dashboard() {
        return read(new ObjectMapper(), DASHBOARD);
    }

    private static JsonNode read(ObjectMapper mapper, Path file) {
        try {
            return mapper.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The samples that alerts and dashboard ask for. */
    public static Set<String> namesAskedFor() {
        Set<String> names = new TreeSet<>();
        Stream.concat(
                        alerts().stream().map(alert -> alert.path("expr").asText()),
                        dashboard().findValuesAsText("expr").stream())
                .forEach(expression -> {
                    Matcher name = NAME.matcher(expression);
                    while (name.find()) {
                        names.add(name.group());
                    }
                });
        return names;
    }

    /** The documentation's table: each metric with its type, as {@code name type}. */
    public static Set<String> documented() {
        try (Stream<String> lines = Files.lines(DOCUMENTATION)) {
            Set<String> rows = new TreeSet<>();
            lines.map(ROW::matcher).filter(Matcher::find).forEach(row -> rows.add(row.group(1) + " " + row.group(2)));
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prometheus' own checker, which Debian's package prometheus has; empty when it is not on the path. */
    public static Optional<Path> promtool() {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
