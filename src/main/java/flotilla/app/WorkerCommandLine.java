package flotilla.app;

import flotilla.config.LocalSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a worker process of this same program is started: the same Java and the same classes as this process. */
final class WorkerCommandLine {
    private WorkerCommandLine() {}

    static List<String> of(LocalSettings settings) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(settings.workerJvmOptions());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("flotilla.app.Main");
        command.add("worker");
        return command;
    }
}
