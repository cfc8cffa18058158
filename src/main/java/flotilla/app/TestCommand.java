package flotilla.app;

import flotilla.config.SettingsException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stands in the list of commands; the start script runs the tests itself, because they need the sources. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description =
                "Runs all tests; --fast runs the quick unit tests only, --full more than the usual. Needs the source checkout: ./flotilla test")
final class TestCommand implements Callable<Integer> {
    @Parameters(hidden = true)
    private List<String> ignored = List.of();

    @Override
    public Integer call() {
        throw new SettingsException(
                "the tests run from a source checkout: ./flotilla test " + String.join(" ", ignored));
    }
}
