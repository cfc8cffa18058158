package flotilla.bench;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.local.NativeMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The JVM of every loop: a worker's options and its treatment of native memory, so that what is compared runs alike. */
public final class LoopJvm {
    /** What is in the environment of its process. */
    public static final Map<String, String> ENVIRONMENT = NativeMemory.ENVIRONMENT;

    private LoopJvm() {}

    /** The options with which the embedded cloud starts workers; logs go where the product's go, and not where tests' do. */
    public static List<String> options() {
        List<String> options = new ArrayList<>(
                FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()))
                        .local()
                        .workerJvmOptions());
        options.add("-Dlogback.configurationFile=logback.xml");
        return options;
    }

    /** What starts a class of this class path in such a JVM, with {@link #ENVIRONMENT}. */
    static List<String> command(String main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        return command;
    }

    /** For scripts. Arguments: a class with a {@code main}, and its arguments. Ends as that ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> all = List.of(args);
        ProcessBuilder builder = new ProcessBuilder(command(all.get(0), all.subList(1, all.size()))).inheritIO();
        builder.environment().putAll(ENVIRONMENT);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        System.exit(process.waitFor());
    }
}
