package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.WireFormat;
import flotilla.testing.MetricFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The runbook: what it names exists, and no alarm is left out. */
class OperationsTest {
    private static final Path DOCS = Path.of("docs").toAbsolutePath();
    private static final String PAGE = Infra.read(DOCS.resolve("operations.md"));
    private static final String ALARM = "<cluster>-[a-z-]+";
    private static final String ALERT = "Flotilla[A-Z][A-Za-z]+";
    private static final Pattern SETTING =
            Pattern.compile("`(?:flotilla\\.)?((?:cluster|queue|storage|http|push|scaling|fleet"
                    + "|drain|model|classifier|worker|metrics|log)\\.[a-z-]+(?:\\.[a-z-]+)*)(?: = [^`]*)?`");
    private static final Pattern WITH_UNDERSCORES = Pattern.compile("`([a-z0-9]+(?:_[a-z0-9]+)+)(?: = [^`]*)?`");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");
    private static final int CELLS = 4;

    @TempDir
    private Path folder;

    @Test
    void alarmsOfTerraform_shouldEachHaveARowAndNoOthers() {
        Set<String> alarms = alarms();

        assertThat(rows(ALARM)).hasSizeGreaterThan(4).containsExactlyInAnyOrderElementsOf(alarms);
        assertThat(found("`(" + ALARM + ")`", Infra.read(DOCS.resolve("aws.md"))))
                .isSubsetOf(alarms);
    }

    @Test
    void alertsOfPrometheus_shouldEachHaveARowAndNoOthers() {
        List<String> alerts = MetricFiles.alerts().stream()
                .map(alert -> alert.path("alert").asText())
                .toList();

        assertThat(rows(ALERT)).hasSizeGreaterThan(10).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(found("\\b(" + ALERT + ")\\b", PAGE)).isSubsetOf(alerts);
    }

    @Test
    void everyAlarm_shouldSayWhatItMeansWhereToLookAndWhatToDo() {
        List<String> lines = PAGE.lines()
                .filter(line -> line.matches("\\| `(" + ALARM + "|" + ALERT + ")`.*"))
                .toList();

        assertThat(lines)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(cells(line))
                        .hasSize(CELLS)
                        .allSatisfy(cell -> assertThat(cell).hasSizeGreaterThan(8)));
    }

    /** With the values of {@code each.key}. */
    private static Set<String> alarms() {
        String file = Infra.read("terraform/alarms.tf");
        List<String> steps = found("(?m)^ +(\\w+) += \\{ adjustment = ", file).toList();
        return found("alarm_name += \"\\$\\{var\\.cluster}-([^\"]+)\"", file)
                .flatMap(name -> name.contains("${each.key}")
                        ? steps.stream().map(step -> name.replace("${each.key}", step))
                        : Stream.of(name))
                .map(name -> "<cluster>-" + name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The names in the first cells of tables. */
    private static List<String> rows(String name) {
        return PAGE.lines()
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> found("`(" + name + ")`", cells(line).get(0)))
                .toList();
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.substring(1, row.lastIndexOf('|')).split("(?<!\\\\)\\|"))
                .map(String::strip)
                .toList();
    }

    private static Stream<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(one -> one.group(1));
    }

    @Test
    void settings_shouldBeKeysOfTheReference() {
        Config reference = ConfigFactory.defaultReference().getConfig("flotilla");

        assertThat(SETTING.matcher(PAGE).results().map(one -> one.group(1)))
                .hasSizeGreaterThan(20)
                .allSatisfy(
                        key -> assertThat(reference.hasPathOrNull(key)).as(key).isTrue());
    }

    @Test
    void namesWithUnderscores_shouldBeTerraformsVariablesOrMetrics() {
        Set<String> known = Terraform.read()
                .blocks("variable")
                .map(one -> one.labels().get(0))
                .collect(Collectors.toCollection(TreeSet::new));
        MetricFiles.documented().forEach(row -> known.add(row.split(" ")[0]));

        assertThat(WITH_UNDERSCORES.matcher(PAGE).results().map(one -> one.group(1)))
                .hasSizeGreaterThan(5)
                .isSubsetOf(known);
    }

    /** With the gateways' own address doctor asks for their keys, which no output has. */
    @Test
    void doctorWithTheSettingsOfTerraform_shouldBeAskedWithAnAddressThatNeedsNoKeys() {
        String address = "--set flotilla.http.host=127.0.0.1";

        assertThat(PAGE).contains("`./flotilla doctor --config gateway.conf " + address + "`");
        assertThat(Terraform.read()
                        .block("output", "gateway_settings")
                        .body()
                        .attribute("description")
                        .orElseThrow()
                        .texts())
                .anyMatch(text -> text.contains(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"operations.md", "aws.md"})
    void links_shouldLeadSomewhere(String page) {
        List<MatchResult> links =
                LINK.matcher(Infra.read(DOCS.resolve(page))).results().toList();

        assertThat(links).hasSizeGreaterThan(10).allSatisfy(link -> {
            Path file = link.group(1).isEmpty()
                    ? DOCS.resolve(page)
                    : DOCS.resolve(link.group(1)).normalize();
            assertThat(file).as(link.group()).exists();
            if (link.group(2) != null) {
                assertThat(anchors(Infra.read(file))).as(link.group()).contains(link.group(2));
            }
        });
    }

    /** As GitHub makes them of headings. */
    private static Stream<String> anchors(String text) {
        return text.lines()
                .filter(line -> line.matches("#+ .*"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
    }

    /** The page's own commands, with an {@code aws} that knows three images, one of them answered. */
    @Test
    void commandsForAPurgedQueue_shouldSendWhatHasNoResult() throws Exception {
        assumeTrue(Infra.program("jq").isPresent(), "there is no jq here (on Debian: apt-get install jq)");
        String answered = "0193b5f0-4de1-7ee5-8467-340da8ad4ddf";
        String waiting = "0193b5f0-4de2-7ee5-8467-340da8ad4ddf";
        String again = "0193b5f0-4de3-7ee5-8467-340da8ad4ddf";
        Files.writeString(
                folder.resolve("EXAMPLE-input"),
                String.join("\n", waiting + "/a \"b\".png", "chelsea.png", again + "/c.png", answered + "/d.png", ""));
        Files.writeString(
                folder.resolve("EXAMPLE-output"), String.join("\n", answered + ".json", "decisions/x.jsonl", ""));
        standIn();

        Infra.Ended ended = Infra.run(
                folder, "", "env", "PATH=" + folder + ":" + System.getenv("PATH"), "sh", "-eu", "-c", purged());

        assertThat(ended.status()).as(ended.output()).isZero();
        List<ClassificationRequest> sent = new ArrayList<>();
        for (String body : Files.readAllLines(folder.resolve("sent"))) {
            sent.add(WireFormat.readRequest(body));
        }
        assertThat(sent).extracting(one -> one.id().value()).containsExactlyInAnyOrder(waiting, again);
        assertThat(sent)
                .extracting(one -> one.image().bucket() + "/" + one.image().key())
                .containsExactlyInAnyOrder(
                        "EXAMPLE-input/" + waiting + "/a \"b\".png", "EXAMPLE-input/" + again + "/c.png");
        assertThat(sent).extracting(one -> one.file().value()).containsExactlyInAnyOrder("a \"b\".png", "c.png");
    }

    private void standIn() throws IOException {
        Path aws = Files.writeString(folder.resolve("aws"), """
                #!/bin/sh
                case $2 in
                    get-queue-url) echo https://sqs.example/queue ;;
                    list-objects-v2) cat "$4" ;;
                    send-message) printf '%s\\n' "$6" >>sent ;;
                esac
                """);
        assertThat(aws.toFile().setExecutable(true)).isTrue();
    }

    private static String purged() {
        String part = PAGE.substring(PAGE.indexOf("### The queue was purged"));
        int begin = part.indexOf("```\n") + 4;
        return part.substring(begin, part.indexOf("```", begin));
    }
}
