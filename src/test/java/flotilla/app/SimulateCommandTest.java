package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | --trace is missing | --policy step",
                "2 | there is no policy magic | --trace constant:hours=0.1 --policy magic",
                "2 | --boot-p90 is more than --boot-median | --trace constant --boot-median 50 --boot-p90 40",
                "2 | --attainment | --trace constant --attainment 1.5",
                "1 | cannot read the trace nowhere.csv | --trace nowhere.csv",
                "1 | generator constant takes | --trace constant:speed=1"
            })
    void wrongUse_shouldBeOneLineWithItsStatus(int status, String message, String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(status);
        assertThat(err.toString()).contains(message).hasLineCount(1);
    }
}
