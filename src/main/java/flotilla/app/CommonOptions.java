package flotilla.app;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What every command takes: {@code --config}, {@code --set} and {@code --verbose}. */
final class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a HOCON file instead of config/<command>.conf of the installation")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "overrides one setting, such as flotilla.http.port=8080; repeatable, wins over everything")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--verbose", description = "show stack traces of errors")
    private boolean verbose;

    /** The whole configuration and the settings read from it. */
    record Loaded(Config config, FlotillaSettings settings) {}

    boolean verbose() {
        return verbose;
    }

    List<String> sets() {
        return sets;
    }

    /** The file given, or the role's file of the installation, or none. */
    Optional<Path> file(String role) {
        return Optional.ofNullable(file).or(() -> Installation.configFile(role));
    }

    /** Loads the settings for a role. */
    Loaded load(String role) {
        return load(role, List.of(), Optional.empty(), List.of());
    }

    /**
     * Loads the settings for a role, and from now on has the log written as they say.
     *
     * @param defaults pairs that are weaker than the file
     * @param userData what EC2 handed to this instance; stronger than the file
     * @param fixed pairs that are stronger than the file and weaker than {@code --set}
     */
    Loaded load(String role, List<String> defaults, Optional<String> userData, List<String> fixed) {
        List<String> pairs = new ArrayList<>(fixed);
        pairs.addAll(sets);
        Config config = SettingsLoader.load(defaults, file(role), userData, pairs);
        FlotillaSettings settings = FlotillaSettings.from(config);
        LogFormat.use(settings.log().format());
        return new Loaded(config, settings);
    }
}
