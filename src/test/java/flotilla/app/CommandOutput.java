package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Commands that are run within the test's own process. */
final class CommandOutput {
    private CommandOutput() {}

    /** What a command prints, which must succeed. */
    static String of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        assertThat(status).as(err.toString()).isZero();
        return out.toString();
    }
}
