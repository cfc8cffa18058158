package flotilla.app;

import flotilla.config.SettingsException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stands in the list of commands; the start script runs the benchmarks itself, because they need the sources. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures this machine's figures against its bounds. Needs the source checkout: ./flotilla bench")
final class BenchCommand implements Callable<Integer> {
    @Parameters(hidden = true)
    private List<String> ignored = List.of();

    @Override
    public Integer call() {
        throw new SettingsException(
                "the benchmarks run from a source checkout: ./flotilla bench " + String.join(" ", ignored));
    }
}
