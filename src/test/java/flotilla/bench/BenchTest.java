package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchTest {
    private final Bench bench = new Bench();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command =
            Bench.commandLine(bench).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

    @TempDir
    private Path folder;

    private Bench.Plan plan(String... arguments) {
        command.parseArgs(arguments);
        return bench.plan();
    }

    private String out(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void noOption_shouldMeasureEveryRowFiveTimes() {
        Bench.Plan plan = plan("--out", out("results.json"));

        assertThat(plan.rows()).isEqualTo(Rows.ALL);
        assertThat(plan.runs()).isEqualTo(5);
        assertThat(plan.quick()).isFalse();
    }

    @Test
    void quick_shouldMeasureOnceUnlessRunsAreGiven() {
        assertThat(plan("--out", out("results.json"), "--quick").runs()).isEqualTo(1);
        assertThat(plan("--out", out("results.json"), "--quick", "--runs", "3").runs())
                .isEqualTo(3);
    }

    @Test
    void only_shouldKeepTheRowsOrder() {
        assertThat(plan("--out", out("results.json"), "--only", "memory,limit").rows())
                .extracting(Row::name)
                .containsExactly("limit", "memory");
    }

    @Test
    void unknownRow_shouldBeRefusedInOneLineThatNamesAll() {
        assertThat(command.execute("--out", out("results.json"), "--only", "limit,speed"))
                .isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("bench: there is no row speed; there are limit, pipeline, http");
    }

    @Test
    void badNumberOfRuns_shouldBeRefusedInOneLine() {
        for (String runs : List.of("0", "1001", "many")) {
            err.getBuffer().setLength(0);
            assertThat(command.execute("--out", out("results.json"), "--runs", runs))
                    .isEqualTo(2);
            assertThat(err.toString().lines()).singleElement().asString().contains("--runs");
        }
    }

    @Test
    void fileThatCannotBeWritten_shouldBeRefusedBeforeAnythingIsMeasured() {
        assertThat(command.execute("--out", out("nowhere/results.json"))).isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().startsWith("bench: --out: cannot write");
        assertThat(command.execute("--out", folder.toString())).isEqualTo(2);
    }

    @Test
    void list_shouldNameEachRowInALine() {
        assertThat(command.execute("--list")).isZero();
        assertThat(out.toString().lines()).hasSameSizeAs(Rows.ALL);
    }

    @Test
    void noModel_shouldBeResNetInFp32() {
        assertThat(plan("--out", out("results.json")).subject()).isEqualTo(Subject.STANDARD);
    }

    @Test
    void modelAndPrecision_shouldBeTaken() {
        assertThat(plan("--out", out("results.json"), "--model", "bundled", "--precision", "bf16")
                        .subject())
                .isEqualTo(new Subject(BenchModel.BUNDLED, "bf16"));
    }

    @Test
    void unknownModelOrPrecision_shouldBeRefusedInOneLineThatNamesAll() {
        assertThat(refused("--model", "resnet50"))
                .isEqualTo("bench: --model: there is no resnet50; there are resnet18, bundled");
        assertThat(refused("--precision", "fp16"))
                .isEqualTo("bench: --precision: there is no fp16; there are fp32, bf16, int8");
    }

    @Test
    void precisionThatTheModelHasNot_shouldBeRefusedInOneLineThatSaysWhatToDo() {
        assertThat(refused("--model", "bundled", "--precision", "int8"))
                .startsWith("bench: --precision: the model bundled has no form in int8;")
                .contains("models/optimize.py");
    }

    private String refused(String... arguments) {
        assertThat(command.execute(arguments)).isEqualTo(2);
        List<String> lines = err.toString().lines().toList();
        err.getBuffer().setLength(0);
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    @Test
    void list_shouldNameTheModelThatIsAskedFor() {
        assertThat(command.execute("--list", "--model", "bundled")).isZero();
        assertThat(out.toString().lines().filter(line -> line.startsWith("pipeline")))
                .singleElement()
                .asString()
                .contains("bundled model")
                .doesNotContain("ResNet");
    }

    @Test
    void rowsThatCompareResNetAlone_shouldBeLeftOutForOthers() {
        for (Subject other : List.of(Subject.BUNDLED, Subject.STANDARD.in("bf16"))) {
            assertThat(Rows.ALL.stream().filter(row -> row.leftOut(other).isPresent()))
                    .extracting(Row::name)
                    .containsExactly("ancestors", "engines");
        }
        assertThat(Rows.ALL).allMatch(row -> row.leftOut(Subject.STANDARD).isEmpty());
    }

    @Test
    void rowLeftOut_shouldSayWhyAndNotFail() throws IOException {
        Path file = folder.resolve("results.json");

        assertThat(command.execute("--out", file.toString(), "--only", "engines", "--model", "bundled"))
                .isZero();
        assertThat(out.toString()).contains("left out", "it compares ResNet-18 in fp32 alone");
        assertThat(Files.readString(file)).contains("\"subjects\" : [ ]");
    }

    @Test
    void rows_shouldHaveNamesOfTheirOwn() {
        assertThat(Rows.ALL).extracting(Row::name).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+"));
    }
}
