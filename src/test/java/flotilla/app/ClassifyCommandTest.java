package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClassifyCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private Path image;
    private Path other;

    @BeforeEach
    void writeFiles() throws IOException {
        image = Files.writeString(folder.resolve("test_000.jpg"), "bytes");
        other = Files.writeString(folder.resolve("other.jpg"), "bytes");
        Files.writeString(folder.resolve("table.csv"), "test_000,Paul\n");
    }

    @Test
    void classifiedFiles_shouldGiveALineEach() {
        assertThat(run(image.toString(), image.toString())).isZero();

        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.matches(".*test_000.jpg +Paul +1\\.000"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void failures_shouldGiveALineOnStandardErrorAndGoOn() {
        Path missing = folder.resolve("missing.jpg");

        assertThat(run(missing.toString(), other.toString(), folder.toString(), image.toString()))
                .isEqualTo(1);

        assertThat(out.toString().lines()).hasSize(1);
        assertThat(err.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("classify: " + missing + ": no such file"),
                        line -> assertThat(line).startsWith("classify: " + other + ": other.jpg is not in the table"),
                        line -> assertThat(line).startsWith("classify: " + folder + ": this is not a file"));
    }

    @Test
    void json_shouldGiveAResultForEveryFile() throws IOException {
        assertThat(run("--json", image.toString(), other.toString())).isEqualTo(1);

        List<JsonNode> results = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            results.add(new ObjectMapper().readTree(line));
        }
        assertThat(results).hasSize(2);
        assertThat(results.get(0).path("file").asText()).isEqualTo(image.toString());
        assertThat(results.get(0).path("label").asText()).isEqualTo("Paul");
        assertThat(results.get(0).has("id")).isFalse();
        assertThat(results.get(1).path("status").asText()).isEqualTo("failed");
        assertThat(results.get(1).path("error").path("code").asText()).isEqualTo("not-in-table");
    }

    @Test
    void fileAboveTheLimit_shouldBeRefusedUnread() {
        assertThat(run("--set", "flotilla.http.max-image-size=3", image.toString()))
                .isEqualTo(1);

        assertThat(err.toString()).contains("more than the 3 bytes");
    }

    @Test
    void wrongUsage_shouldGiveTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("--nonsense", "x.jpg")).isEqualTo(2);
    }

    @Test
    void wrongSettings_shouldGiveOneLine() {
        assertThat(run("--set", "flotilla.classifier.knd=table", image.toString()))
                .isEqualTo(1);

        assertThat(err.toString().lines()).hasSize(1).allMatch(line -> line.contains("flotilla.classifier.knd"));
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--set",
                "flotilla.classifier.kind=table",
                "--set",
                "flotilla.classifier.table=" + folder.resolve("table.csv")));
        all.addAll(List.of(arguments));
        return new CommandLine(new ClassifyCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }
}
