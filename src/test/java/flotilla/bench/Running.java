package flotilla.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that was started for a row: its output line by line, its errors in a file. Closing ends it and all that it
 * started. One thread at a time.
 */
final class Running implements AutoCloseable {
    /** What a loop's line begins with that says what it measured. */
    static final String RESULT = "result ";

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final BufferedReader out;
    private final Path err;
    private final List<String> seen = new ArrayList<>();

    private Running(String name, Process process, Path err) {
        this.name = name;
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.err = err;
    }

    /**
     * @param name for messages
     * @param folder for the file with its errors
     * @param environment on top of this process's own
     */
    static Running start(String name, Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        Path err = Files.createTempFile(folder, name + "-", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().keySet().removeIf(key -> key.startsWith("FLOTILLA_") || key.startsWith("AWS_"));
        builder.environment().putAll(environment);
        return new Running(name, builder.start(), err);
    }

    long pid() {
        return process.pid();
    }

    /**
     * Processor time that it has taken so far, in seconds.
     *
     * @throws IOException when it has ended
     */
    double processorSeconds() throws IOException {
        return process.toHandle()
                        .info()
                        .totalCpuDuration()
                        .orElseThrow(() -> new IOException(name + " has ended"))
                        .toNanos()
                / 1e9;
    }

    /**
     * Blocks until it prints a line that begins so.
     *
     * @return the rest of the line
     * @throws IOException when it ends before
     */
    String awaitLine(String prefix) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            seen.add(line);
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
        }
        throw new IOException(name + " ended without a line \"" + prefix + "…\": " + lastWords());
    }

    /**
     * Blocks until it ends.
     *
     * @return what it printed behind {@code result}
     * @throws IOException when it fails or prints none
     */
    String result() throws IOException, InterruptedException {
        String result = awaitLine(RESULT);
        out.lines().forEach(seen::add);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(name + " ended with status " + status + ": " + lastWords());
        }
        return result;
    }

    /** Blocks until it ends; its exit status. */
    int status() throws InterruptedException {
        out.lines().forEach(seen::add);
        return process.waitFor();
    }

    /** Completes when it ends, however it does. */
    CompletableFuture<?> ended() {
        return process.onExit();
    }

    /** @throws IOException with its last words when it has ended */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(name + " ended with status " + process.exitValue() + ": " + lastWords());
        }
    }

    private String lastWords() throws IOException {
        Optional<String> last =
                Files.readAllLines(err).stream().filter(line -> !line.isBlank()).reduce((first, second) -> second);
        return last.orElseGet(() -> seen.isEmpty() ? "it said nothing" : seen.get(seen.size() - 1));
    }

    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        process.destroy();
        try {
            process.waitFor(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
