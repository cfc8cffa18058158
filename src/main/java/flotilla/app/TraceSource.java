package flotilla.app;

import flotilla.config.SettingsException;
import flotilla.simulation.Trace;
import flotilla.simulation.TraceException;
import flotilla.simulation.TraceGenerator;
import flotilla.simulation.TraceReader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What {@code --trace} names: a trace that is made or read when its turn comes. What can be checked before, is. */
@FunctionalInterface
interface TraceSource {
    /**
     * Makes or reads it.
     *
     * @throws ParameterException for a generator that makes nothing
     * @throws SettingsException for a file that holds no trace
     */
    Trace load();

    /**
     * @param scale multiplies the arrivals
     * @param seed of the chance in files
     * @throws ParameterException for a generator that does not exist or has wrong values
     * @throws SettingsException for a file that does not exist
     */
    static TraceSource of(String text, double scale, long seed, CommandLine command) {
        return generator(text, scale, command).orElseGet(() -> file(text, scale, seed, command));
    }

    private static Optional<TraceSource> generator(String text, double scale, CommandLine command) {
        try {
            return TraceGenerator.of(text).map(found -> found.scaled(scale)).map(generator -> () -> {
                try {
                    return generator.generate();
                } catch (TraceException e) {
                    throw new ParameterException(command, e.getMessage(), e);
                }
            });
        } catch (TraceException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
    }

    private static TraceSource file(String text, double scale, long seed, CommandLine command) {
        Path file;
        try {
            file = Path.of(text);
        } catch (InvalidPathException e) {
            throw new ParameterException(command, "--trace names a file or a generator, not " + text, e);
        }
        boolean exists = !text.isEmpty() && Files.exists(file);
        if (!exists && text.matches("[a-z-]*(:.*)?")) {
            throw new ParameterException(
                    command,
                    "there is no file and no generator \"" + text + "\"; generators are "
                            + String.join(", ", TraceGenerator.names()));
        }
        TraceSource source = () -> {
            try {
                return TraceReader.read(file, seed, scale);
            } catch (TraceException e) {
                throw new SettingsException(e.getMessage(), e);
            }
        };
        if (!exists) {
            // Fails, and says why; better now than after the traces before it.
            source.load();
        }
        return source;
    }
}
