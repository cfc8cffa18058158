package flotilla.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** An embedded cloud in a process of its own, to be killed. */
final class CloudProcess implements AutoCloseable {
    private final Process process;
    private final Path data;

    private CloudProcess(Process process, Path data) {
        this.process = process;
        this.data = data;
    }

    static CloudProcess start(Path data, String... workerCommand) throws IOException {
        List<String> command = new ArrayList<>(java(CloudMain.class));
        command.add(data.toString());
        command.addAll(Arrays.asList(workerCommand));
        // One that was killed has left its file.
        Files.deleteIfExists(data.resolve(CloudEndpoints.FILE_NAME));
        Path log = data.resolveSibling(data.getFileName() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        CloudProcess cloud = new CloudProcess(process, data);
        Eventually.until("cloud up", () -> {
            if (!process.isAlive()) {
                throw new AssertionError("the cloud ended: " + read(log));
            }
            return Files.exists(data.resolve(CloudEndpoints.FILE_NAME));
        });
        return cloud;
    }

    /** Starts a class of the test class path. */
    static List<String> java(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    URI endpoint(String service) {
        return endpoint(data, service);
    }

    static URI endpoint(Path data, String service) {
        try {
            File file = data.resolve(CloudEndpoints.FILE_NAME).toFile();
            JsonNode json = new ObjectMapper().readTree(file);
            return URI.create(json.get(service).asText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The living processes of its instances. */
    List<ProcessHandle> instances() {
        return process.toHandle().children().toList();
    }

    /** What an instance has written. */
    String instanceLogs() {
        try (Stream<Path> logs = Files.list(data.resolve("logs"))) {
            return logs.map(CloudProcess::read).reduce("", String::concat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM; returns when it is gone. */
    void terminate() {
        process.destroy();
        process.onExit().join();
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
