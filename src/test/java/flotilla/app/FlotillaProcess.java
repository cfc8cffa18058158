package flotilla.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One process of the packaged jar, with its output in files; ended and reaped with all that it started. */
final class FlotillaProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target", "flotilla.jar").toAbsolutePath();
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(3);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    /** Made once, for the hundreds of processes that the tests start; all of them work without it too. */
    private static final Optional<ClassArchive> ARCHIVE = archive();

    private final Process process;
    private final Path out;
    private final Path err;

    private FlotillaProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts the jar.
     *
     * @param folder for its output; also its working directory
     */
    static FlotillaProcess start(Path folder, String... arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    /**
     * Starts the jar.
     *
     * @param environment besides what it inherits
     */
    static FlotillaProcess start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        return start(List.of("-Xmx512m"), folder, environment, arguments);
    }

    /**
     * Starts the jar.
     *
     * @param options for its JVM
     */
    static FlotillaProcess startWith(List<String> options, Path folder, String... arguments) throws IOException {
        return start(options, folder, Map.of(), arguments);
    }

    /** Starts an embedded cloud whose workers load no model, with its data in {@code data} below the folder. */
    static FlotillaProcess cloud(Path folder) throws IOException {
        return start(
                folder,
                "cloud",
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "flotilla.classifier.kind=delay");
    }

    private static FlotillaProcess start(
            List<String> options, Path folder, Map<String, String> environment, String... arguments)
            throws IOException {
        Path out = Files.createTempFile(folder, arguments[0] + "-", ".out");
        Path err = Files.createTempFile(folder, arguments[0] + "-", ".err");
        ProcessBuilder builder = new ProcessBuilder(command(options, arguments))
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FLOTILLA_") || name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        return new FlotillaProcess(builder.start(), out, err);
    }

    /** The command line that starts the jar, for those who start it otherwise. */
    static List<String> command(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ARCHIVE.map(archive -> archive.options(ClassArchive.Use.of(List.of(arguments))))
                .orElse(List.of()));
        command.addAll(options);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Optional<ClassArchive> archive() {
        ClassArchive archive = new ClassArchive(
                JAR, Path.of(System.getProperty("java.home")), Runtime.version().feature());
        try {
            while (!archive.make()) {
                // Another JVM of the tests is at it, or has just died at it.
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
        } catch (IOException e) {
            System.err.println("the processes start without a class archive: " + e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.of(archive);
    }

    /** Waits for the line that begins with {@code prefix} on its standard output and returns the rest of that line. */
    String awaitLine(String prefix) {
        return Eventually.value("a line '" + prefix + "…' from the process", () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("it ended with " + process.exitValue() + ": " + err() + out());
                    }
                    return out().lines().filter(line -> line.startsWith(prefix)).findFirst();
                })
                .substring(prefix.length());
    }

    /** Waits until it ends by itself. */
    int awaitExit(Duration within) throws InterruptedException {
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + within + ": " + out() + err());
        }
        return process.exitValue();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    long pid() {
        return process.pid();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The living worker processes below this one. */
    List<ProcessHandle> workers() {
        return process.descendants()
                .filter(below -> below.info().commandLine().orElse("").endsWith(" worker"))
                .toList();
    }

    /** Everything below this process. */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM; returns when it is gone. */
    void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("did not end within " + ENDS_WITHIN + ": " + err());
        }
    }

    /** Ends several side by side: each has its seconds to say goodbye to the others. Closing them once more does nothing. */
    static void closeAll(List<FlotillaProcess> processes) {
        processes.forEach(one -> one.process.destroy());
        processes.forEach(FlotillaProcess::close);
    }

    /** The same. */
    static void closeAll(FlotillaProcess... processes) {
        closeAll(List.of(processes));
    }

    /**
     * Has a process stop where it is, or go on.
     *
     * @param name without its SIG: {@code STOP} or {@code CONT}
     */
    static void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError("kill -" + name + " " + process.pid() + " ended with " + status);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> left = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        process.destroy();
        try {
            process.waitFor(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        left.forEach(ProcessHandle::destroyForcibly);
        // Until they are gone they may write to folders that the test is about to remove.
        left.forEach(one -> one.onExit()
                .completeOnTimeout(one, ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .join());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
