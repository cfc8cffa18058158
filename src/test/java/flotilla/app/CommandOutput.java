package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Commands that are run within the test's own process. */
final class CommandOutput {
    /** What became of a command. */
    record Ran(int status, String out, String err) {}

    private CommandOutput() {}

    /** Runs a command to its end. */
    static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int status = Main.run(line, arguments);
        return new Ran(status, out.toString(), err.toString());
    }

    /** What a command prints, which must succeed. */
    static String of(String... arguments) {
        Ran ran = run(arguments);
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran.out();
    }
}
