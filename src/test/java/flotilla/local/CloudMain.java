package flotilla.local;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process with an embedded cloud whose instances run a command of the test's: {@code DATA_DIRECTORY COMMAND...}. */
final class CloudMain {
    private CloudMain() {}

    public static void main(String[] arguments) throws Exception {
        FlotillaSettings settings = FlotillaSettings.from(
                SettingsLoader.load(Optional.empty(), Optional.empty(), List.of("flotilla.local.stop-grace=60s")));
        LocalCloud cloud = LocalCloud.start(new LocalCloud.Options(
                Path.of(arguments[0]),
                settings.local(),
                settings.queue(),
                settings.storage(),
                Arrays.asList(arguments).subList(1, arguments.length),
                Map.of("FLOTILLA_TEST_DATA", arguments[0])));
        Runtime.getRuntime().addShutdownHook(new Thread(cloud::close));
        Thread.currentThread().join();
    }
}
