package flotilla.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The process that an instance is. It reads nothing, writes to a log file, and does not get the terminal's Ctrl-C: that one
 * is for the cloud, which ends its instances itself.
 */
final class InstanceProcess {
    /** The ignored signal stays ignored beyond exec, and a JVM leaves it so. The process keeps its id. */
    private static final List<String> SHIELD = List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh");

    private final Process process;
    /** One for all who ask: {@link Process#onExit} gives a new one each time, which is done only a moment later. */
    private final CompletableFuture<Integer> exit;

    private InstanceProcess(Process process) {
        this.process = process;
        this.exit = process.onExit().thenApply(Process::exitValue);
    }

    /**
     * Starts it.
     *
     * @param environment added to this process's own, from which everything that would lead an AWS client astray is removed
     * @param log is appended to
     * @throws IOException when the command cannot be started
     */
    static InstanceProcess start(List<String> command, Map<String, String> environment, Path log) throws IOException {
        List<String> shielded = new ArrayList<>(SHIELD);
        shielded.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(shielded)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        return new InstanceProcess(builder.start());
    }

    /** Done with the exit status when the process has ended, however it did. */
    CompletableFuture<Integer> onExit() {
        return exit;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL, to it and to what it has started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
