package flotilla.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.domain.InstanceId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file for each living instance process, so that the next cloud on this directory can end what was left over. */
final class ProcessRegistry {
    private static final Logger log = LoggerFactory.getLogger(ProcessRegistry.class);
    /** Linux computes a start time from the boot time, which wanders when the clock is set. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path directory;

    ProcessRegistry(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    void add(InstanceId id, ProcessHandle process) throws IOException {
        long startedAt = startedAt(process).map(Instant::toEpochMilli).orElse(0L);
        Files.writeString(
                file(id), mapper.writeValueAsString(Map.of("pid", process.pid(), "startedAt", startedAt)) + "\n");
    }

    void remove(InstanceId id) throws IOException {
        Files.deleteIfExists(file(id));
    }

    /** Kills what an earlier cloud has left behind: the same process id with the same start time. */
    void killLeftOvers() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                leftOver(file).ifPresent(process -> {
                    log.warn("left-over instance killed: file={} pid={}", file.getFileName(), process.pid());
                    kill(process);
                });
                Files.deleteIfExists(file);
            }
        }
    }

    private Optional<ProcessHandle> leftOver(Path file) throws IOException {
        try {
            JsonNode json = mapper.readTree(file.toFile());
            Instant recorded = Instant.ofEpochMilli(json.path("startedAt").asLong());
            return ProcessHandle.of(json.path("pid").asLong())
                    .filter(process -> startedAt(process)
                            .filter(started ->
                                    Duration.between(recorded, started).abs().compareTo(TOLERANCE) <= 0)
                            .isPresent());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        try {
            process.onExit().get(KILL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("left-over instance does not end: pid={}", process.pid());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<Instant> startedAt(ProcessHandle process) {
        return process.info().startInstant();
    }

    private Path file(InstanceId id) {
        return directory.resolve(id.value() + ".json");
    }
}
