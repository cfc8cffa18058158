package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Tag("slow")
class SimulateCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] all = new String[arguments.length + 1];
        all[0] = "simulate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return command.execute(all);
    }

    @Test
    void policiesOnATrace_shouldBeScoredAsTableCsvAndPage() throws Exception {
        Path csv = folder.resolve("out.csv");
        Path html = folder.resolve("out.html");

        int status = run(
                "--trace",
                "constant:rate=4,hours=0.5",
                "--policy",
                "backlog-time,message-count,step",
                "--csv",
                csv.toString(),
                "--html",
                html.toString());

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString()).contains("clairvoyant bound", "backlog-time", "message-count", "step", "100.00%");
        assertThat(Files.readAllLines(csv)).hasSize(4).first().asString().startsWith("trace,policy,images");
        assertThat(Files.readString(html))
                .contains("uPlot", "backlog-time")
                .doesNotContain("src=\"http", "href=\"http", "/*DATA*/");
    }

    @Test
    void policiesOfOthers_shouldRunByName() {
        int status = run(
                "--trace",
                "constant:rate=4,hours=0.5",
                "--policy",
                "aws-target-tracking, keda,buildkite",
                "--policy",
                "backlog-time");

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString()).contains("aws-target-tracking", "keda", "buildkite", "backlog-time");
    }

    @Test
    void bootsLongerThanTheAllowanceOfTheSettings_shouldBeWaitedFor() {
        int status = run(
                "--trace", "constant:rate=1,hours=0.2", "--boot-median", "500", "--boot-p90", "600", "--slo", "1200");

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString()).contains("100.00%").doesNotContain("never");
    }

    @Test
    void minimumOfTheSettings_shouldStandFromTheFirstLook() {
        Path csv = folder.resolve("out.csv");

        int status = run(
                "--trace",
                "constant:rate=1,hours=0.5",
                "--set",
                "flotilla.scaling.min-instances=7",
                "--csv",
                csv.toString());

        assertThat(status).as(err.toString()).isZero();
        assertThat(csv).content().contains(",7,0,7,kept");
    }

    @Test
    void pausedScaleOutOfTheSettings_shouldAnswerNothing() throws Exception {
        Path html = folder.resolve("out.html");

        int status = run(
                "--trace",
                "constant:rate=1,hours=0.5",
                "--set",
                "flotilla.scaling.scale-out.paused=true",
                "--html",
                html.toString());

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString()).contains("never", "0.00%", "no policy here kept 99% within 120 s");
        assertThat(Files.readString(html)).contains("\"p99\":null").doesNotContain("Infinity\"");
    }

    @Test
    void traceThatNoFleetCanServe_shouldStandApartAndByWaitingTime() {
        int status = run(
                "--trace",
                "constant:rate=20,hours=0.2",
                "--trace",
                "constant:rate=1,hours=0.2",
                "--max-instances",
                "4",
                "--policy",
                "step,backlog-time,buildkite");

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString())
                .containsSubsequence("rate=1,", "Out of reach", "rate=20,", "none: no fleet of at most 4");
    }

    @Test
    void fileInALeague_shouldBeScaledToo() throws Exception {
        Path file = Files.writeString(folder.resolve("trace.csv"), "1700000000,100\n1700000060,0\n");

        int status = run("--league", "--trace", file.toString(), "--scale", "3");

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString()).contains("300 images").doesNotContain("within | p99");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | --trace is missing | --policy step",
                "2 | there is no policy \"magic\" | --trace constant:hours=0.1 --policy magic",
                "2 | --policy | --trace constant:hours=0.1 --policy ,",
                "2 | --boot-p90 is more than --boot-median | --trace constant --boot-median 50 --boot-p90 40",
                "2 | --attainment | --trace constant --attainment 1.5",
                "2 | --service-cv is from 0 to 100 | --trace constant --service-cv 1e200",
                "2 | --slo is from 0.1 to 86400, not NaN | --trace constant --slo NaN",
                "2 | --max-instances is from 1 to 1000 | --trace constant --max-instances 2000000000",
                "2 | --max-instances | --trace constant --max-instances 3 --set flotilla.scaling.min-instances=5",
                "2 | --scale goes with --league | --trace constant --scale 2",
                "2 | --scale times --max-instances | --league --scale 0.01",
                "2 | 20,000,000 | --league --scale 40",
                "2 | leave out --policy | --league --policy step",
                "2 | leave out --policy | --league --html out.html",
                "2 | leave out --policy | --league --csv out.csv",
                "2 | there is no folder /nonexist | --trace constant --csv /nonexist/x",
                "2 | is a folder | --trace constant --html /",
                "2 | the same file | --trace constant --html x --csv x",
                "2 | there is no file and no generator | --trace steady:rate=1",
                "2 | generator constant takes | --trace constant:speed=1",
                "2 | generator bursts: every | --trace constant:hours=0.1 --trace bursts:every=0",
                "2 | generator constant: hours | --trace constant:hours=1e9",
                "2 | makes no arrival | --trace constant:rate=0",
                "1 | cannot read the trace nowhere.csv | --trace constant:hours=0.1 --trace nowhere.csv",
                "1 | cannot read the trace / | --trace /",
            })
    void wrongUse_shouldBeOneLineWithItsStatus(int status, String message, String arguments) {
        assertThat(run(arguments.split(" "))).as(err.toString()).isEqualTo(status);
        assertThat(err.toString()).contains(message).hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void badLineOfAFile_shouldBeOneLineWithItsNumber() throws Exception {
        Path file = Files.writeString(folder.resolve("trace.csv"), "0,1\n10,-5\n");

        assertThat(run("--trace", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("trace.csv:2: arrivals are a whole number")
                .hasLineCount(1);
    }
}
