package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Commands that are run within the test's own process. */
final class CommandOutput {
    /** What became of a command. */
    record Ran(int status, String out, String err) {
        /** It failed with one line on standard error and nothing on standard output. */
        void shouldFailWith(String beginning, String remedy) {
            assertThat(status).as(err).isEqualTo(1);
            assertThat(out).isEmpty();
            assertThat(err.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line).startsWith(beginning).contains(remedy));
        }

        /** It was refused with one line on standard error and nothing on standard output. */
        void shouldBeWrongUsage() {
            assertThat(status).as(err).isEqualTo(2);
            assertThat(err.lines()).hasSize(1);
            assertThat(out).isEmpty();
        }
    }

    private CommandOutput() {}

    /** Runs a command to its end. */
    static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int status = Main.run(line, arguments);
        return new Ran(status, out.toString(), err.toString());
    }

    /** Runs a command to its end, with more arguments after its first ones. */
    static Ran run(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return run(all.toArray(String[]::new));
    }

    /** What a command prints, which must succeed. */
    static String of(String... arguments) {
        Ran ran = run(arguments);
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran.out();
    }
}
