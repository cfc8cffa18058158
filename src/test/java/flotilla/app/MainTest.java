package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
    private final StringWriter err = new StringWriter();
    private final CommandLine flotilla =
            Main.commandLine().addSubcommand(new Damaged()).setErr(new PrintWriter(err, true));

    @Test
    void damagedLibrary_shouldEndTheProcessWithOneLineThatNamesIt() {
        assertThat(Main.run(flotilla, "damaged")).isEqualTo(1);

        assertThat(err.toString())
                .startsWith("damaged: java.lang.UnsatisfiedLinkError: libtorch.so: file too short")
                .contains("--verbose");
    }

    @Test
    void damagedLibrary_whenVerbose_shouldShowWhere() {
        assertThat(Main.run(flotilla, "--verbose", "damaged")).isEqualTo(1);

        assertThat(err.toString()).contains("at flotilla.app.MainTest$Damaged.call");
    }

    @Command(name = "damaged")
    private static final class Damaged implements Callable<Integer> {
        @Override
        public Integer call() {
            throw new UnsatisfiedLinkError("libtorch.so: file too short");
        }
    }
}
